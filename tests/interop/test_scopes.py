"""A partner's system reaches what it was granted, and is told when it asks for more."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.common.scopes import covers
from services.interop.main import SERVICE
from tests.running import NURSE, Databases, Running, running


@pytest.fixture
async def system(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as made:
        yield made


async def granted(system: Running, scope: str, persona: str = "integrator") -> Any:
    client = await system.client("interop", None)
    token = system.issuer.token("trust-tie", persona, "interop", scope=scope)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


ASKED = {
    "read": ("GET", "/fhir/R4/Patient/01938000-0000-7000-8000-000000000001", "system/Patient.r"),
    "search": ("GET", "/fhir/R4/Patient?gender=female", "system/Patient.s"),
    "search by form": ("POST", "/fhir/R4/Patient/_search", "system/Patient.s"),
    "another type": ("GET", "/fhir/R4/Encounter?date=2026-01-01", "system/Encounter.s"),
    "message": ("POST", "/fhir/R4/$process-message", "system/ServiceRequest.c"),
    "referral": ("POST", "/v1/referrals", "referrals:write"),
    "what became of it": ("GET", "/v1/referrals/01938000-0000-7000-8000-000000000001", "referrals:read"),
    "feed": ("GET", "/v1/events", "events:read"),
    "returns": ("GET", "/v1/returns", "returns:read"),
    "agencies": ("POST", "/v1/social-care/agency-care", "agency-care:write"),
    "what goes into a unit": ("POST", "/v1/systmone-entries/take", "systmone-entries:write"),
    "a day's facts": ("GET", "/v1/social-care/days/2026-11-20", "council-facts:read"),
}


@pytest.mark.parametrize(("method", "path", "scope"), ASKED.values(), ids=ASKED)
async def test_a_scope_opens_one_door_and_no_other(system: Running, method: str, path: str, scope: str) -> None:
    right = await (await granted(system, scope)).request(method, path)
    assert right.status_code not in {401, 403, 500}, right.text
    others = " ".join({other for _, _, other in ASKED.values()} - {scope})
    wrong = await (await granted(system, others)).request(method, path)
    assert wrong.status_code == 403, wrong.text
    assert wrong.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'
    nothing = await (await granted(system, "")).request(method, path)
    assert nothing.status_code == 403


async def test_a_person_is_bound_by_the_role_and_not_by_scopes(system: Running) -> None:
    nurse = await system.client("interop", NURSE)
    assert (await nurse.get("/fhir/R4/Patient?gender=female")).status_code == 200


@pytest.mark.parametrize(
    ("granted_scope", "wanted", "right"),
    [
        ("system/*.rs", "system/Patient.r", True),
        ("system/Patient.cruds", "system/Patient.s", True),
        ("system/Patient.r", "system/Patient.rs", False),
        ("system/Patient.rs", "system/Person.r", False),
        ("user/Patient.rs", "system/Patient.r", False),
        ("system/Patient.rs", "system/*.r", False),
        ("events:read", "events:write", False),
    ],
)
def test_a_scope_allows_what_is_part_of_it(granted_scope: str, wanted: str, *, right: bool) -> None:
    assert covers(granted_scope, wanted) is right
