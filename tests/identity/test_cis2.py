"""Somebody signs in by NHS CIS2: the role that was chosen there and the account that HR linked say who it is."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from services.identity.main import SERVICE
from tests.identity.cis2 import NURSE_ROLE, UID, Cis2, role
from tests.identity.conftest import EXCHANGE, Identity, claims_of
from tests.identity.providers import API
from tests.running import NURSE, STRANGER, Databases, running

COOKIE = "urn:heatshield:token-type:cookie"


@pytest.fixture
async def at_cis2(databases: Databases, request: pytest.FixtureRequest) -> AsyncIterator[Identity]:
    provider = Cis2()
    around, trusted = {"login.trust.example": provider.app()}, [provider.trusted(**getattr(request, "param", {}))]
    async with running(databases, SERVICE, peers=around, issuers=trusted, public_url=API) as made:
        yield Identity(made, provider, await made.client("identity", None))


async def linked(identity: Identity, employee: Any = NURSE, subject: str = UID) -> httpx.Response:
    hr = await identity.running.client("identity", STRANGER, "hr")
    body = {"id": str(uuid7()), "provider": "cis2", "subject": subject, "employee_id": str(employee)}
    answer: httpx.Response = await hr.post("/v1/staff-accounts", json=body)
    return answer


async def signs_in(identity: Identity) -> httpx.Response:
    begun = await identity.nobody.get("/auth/login/cis2")
    back = identity.provider.authorises(begun.headers["location"])  # type: ignore[attr-defined]
    answer: httpx.Response = await identity.nobody.get(
        "/auth/callback", params=back, headers={"Cookie": begun.headers["set-cookie"].partition(";")[0]}
    )
    return answer


async def exchanged(identity: Identity, signed_in: httpx.Response) -> httpx.Response:
    cookie = next(line for line in signed_in.headers.get_list("set-cookie") if line.startswith("__Host-heatshield="))
    secret = SimpleCookie(cookie)["__Host-heatshield"].value
    return await identity.inside(grant_type=EXCHANGE, subject_token_type=COOKIE, subject_token=secret)


async def test_a_nurse_is_known_by_her_linked_account_and_the_role_she_chose(at_cis2: Identity) -> None:
    assert (await linked(at_cis2)).status_code == 201
    answer = await signs_in(at_cis2)
    assert answer.status_code == 303, answer.text
    claims = claims_of((await exchanged(at_cis2, answer)).json()["access_token"], at_cis2)
    assert [claims[name] for name in ("sub", "persona", "acr")] == [str(NURSE), "nurse", "AAL3"]
    provider: Any = at_cis2.provider
    assert (provider.asked["acr_values"], provider.asked["prompt"]) == ("AAL2_OR_AAL3_ANY", "login")
    assert provider.shown == ["Bearer for-nobody"]


async def test_a_level_of_assurance_may_be_a_number(at_cis2: Identity) -> None:
    await linked(at_cis2)
    at_cis2.provider.says = {"authentication_assurance_level": 2}  # type: ignore[attr-defined]
    claims = claims_of((await exchanged(at_cis2, await signs_in(at_cis2))).json()["access_token"], at_cis2)
    assert claims["acr"] == "AAL2"


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], int, str]] = {
    "no role": ({"selected_roleid": None}, {}, 403, "access_denied"),
    "no roles at all": ({}, {"nhsid_nrbac_roles": []}, 403, "access_denied"),
    "roles that are none": ({}, {"nhsid_nrbac_roles": ["nurse", None]}, 403, "access_denied"),
    "a role that means nothing here": ({"selected_roleid": "555254240199"}, {}, 403, "access_denied"),
    "a nurse elsewhere": (
        {},
        {"nhsid_nrbac_roles": [role("555254240100", NURSE_ROLE, "RX9")]},
        403,
        "access_denied",
    ),
    "a password": ({"authentication_assurance_level": "1"}, {}, 403, "insufficient_user_authentication"),
    "no level": ({"authentication_assurance_level": None}, {}, 403, "insufficient_user_authentication"),
    "somebody else's information": ({}, {"sub": "910000000002"}, 400, "invalid_grant"),
    "another nonce": ({"nonce": "another"}, {}, 400, "invalid_grant"),
}


@pytest.mark.parametrize(("says", "tells", "status", "error"), REFUSED.values(), ids=REFUSED)
async def test_whoever_has_no_role_here_or_is_not_surely_there_is_not_signed_in(
    at_cis2: Identity, says: dict[str, Any], tells: dict[str, Any], status: int, error: str
) -> None:
    await linked(at_cis2)
    at_cis2.provider.says, at_cis2.provider.tells = says, tells  # type: ignore[attr-defined]
    answer = await signs_in(at_cis2)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "__Host-heatshield=" not in answer.headers.get("set-cookie", "")


async def test_an_account_that_nobody_linked_is_nobodys(at_cis2: Identity) -> None:
    await linked(at_cis2, subject="910000000002")
    answer = await signs_in(at_cis2)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


async def test_an_access_token_of_cis2_is_for_nobody_and_opens_nothing(at_cis2: Identity) -> None:
    await linked(at_cis2)
    token = at_cis2.provider.token(UID, uid=UID, aud=None)
    assert (await at_cis2.exchanged(token)).json()["error"] == "invalid_grant"


async def test_an_account_belongs_to_one_employee_until_it_is_removed(at_cis2: Identity) -> None:
    account = (await linked(at_cis2)).json()
    twice = await linked(at_cis2, employee=uuid7())
    assert (twice.status_code, twice.json()["code"]) == (409, "already_recorded")
    signed_in = await signs_in(at_cis2)
    hr = await at_cis2.running.client("identity", STRANGER, "hr")
    listed = (await hr.get(f"/v1/employees/{NURSE}/staff-accounts")).json()["items"]
    assert [(one["subject"], one["linked_by"]) for one in listed] == [(UID, str(STRANGER))]
    path = f"/v1/staff-accounts/{account['id']}/removal"
    removed = await hr.post(path, headers={"If-Match": '"1"'})
    assert removed.json()["removed_at"]
    assert (await exchanged(at_cis2, signed_in)).json()["error"] == "invalid_grant"
    assert (await signs_in(at_cis2)).status_code == 403
    again = await hr.post(path, headers={"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "account_removed")
    assert (await linked(at_cis2, employee=uuid7())).status_code == 201


async def test_nobody_says_alone_who_they_are(at_cis2: Identity) -> None:
    answer = await linked(at_cis2, employee=STRANGER)
    assert (answer.status_code, answer.json()["code"]) == (403, "own_account")
