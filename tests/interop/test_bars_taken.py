"""A partner refers somebody by a BaRS message: kept as it came, and answered with a reference to quote."""

import hashlib
import json
from typing import Any
from uuid import uuid4

import fhirkit
import pytest

from services.interop.domain.inbound import InboundReferral
from services.interop.events import ReferralReceived
from tests.interop.answers import FHIR, PATH, stored, the
from tests.interop.bars_message import a_message, a_request, ids, made_up, published
from tests.running import TEAM, Running


@pytest.mark.parametrize("raw", [*made_up(), *published()])
async def test_a_new_request_is_taken_whoever_it_is_about(bars: Any, interop: Running, raw: bytes) -> None:
    headers = ids()
    answer = await bars.post(PATH, content=raw, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FHIR
    assert answer.headers.get_list("x-request-id") == [headers["X-Request-Id"]]
    assert answer.headers.get_list("x-correlation-id") == [headers["X-Correlation-Id"]]
    assert fhirkit.validate(answer.text) == []
    asked = json.loads(raw)
    header = answer.json()["entry"][0]["resource"]
    assert header["eventCoding"]["code"] == "servicerequest-response"
    assert header["response"]["identifier"] == asked["id"]
    assert header["response"]["code"] == "ok"
    before = asked["entry"][0]["resource"]
    assert header["destination"][0]["endpoint"] == before["source"]["endpoint"]
    assert header["source"]["endpoint"] == before["destination"][0]["endpoint"]
    assert all(entry["resource"]["meta"]["lastUpdated"] for entry in answer.json()["entry"])
    kept = (await stored(interop))[0]
    assert kept.raw == raw
    assert kept.digest == hashlib.sha256(raw).hexdigest()
    assert (str(kept.request_id), kept.outcome) == (headers["X-Request-Id"], "accepted")


async def test_the_answer_carries_the_reference_in_a_planned_encounter(bars: Any, interop: Running) -> None:
    answer = await bars.post(PATH, json=a_message(), headers=ids())
    (referral,) = await stored(interop, InboundReferral)
    planned = [encounter for encounter in the(answer, "Encounter") if encounter["status"] == "planned"]
    assert planned[0]["identifier"][0]["value"] == referral.reference
    assert planned[0]["episodeOfCare"] == [{"reference": "EpisodeOfCare/d4b6a4f2-3a55-4f7a-9c8e-2f0a6c1d9b11"}]
    assert len(the(answer, "ServiceRequest")) == 1
    urls = {entry["fullUrl"] for entry in answer.json()["entry"]}
    references = {item for entry in answer.json()["entry"] for item in _references(entry["resource"])}
    assert {reference for reference in references if reference.startswith("urn:")} <= urls


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
        return own.union(*(_references(inner) for inner in value.values()))
    return set().union(*(_references(inner) for inner in value)) if isinstance(value, list) else set()


async def test_the_others_hear_of_it_without_personal_data(bars: Any, interop: Running) -> None:
    await bars.post(PATH, json=a_message(), headers=ids())
    (referral,) = await stored(interop, InboundReferral)
    (told,) = await interop.published("interop", ReferralReceived)
    received_at = told.data.pop("received_at")
    assert received_at
    assert told.data == {
        "inbound_referral_id": str(referral.id),
        "team_id": str(TEAM),
        "kind": "referral",
        "use_case": "a5t1",
        "urgency": "routine",
        "answer_due_at": None,
    }


async def test_the_others_hear_by_when_a_validation_is_to_be_answered(bars: Any, interop: Running) -> None:
    period = {"start": "2026-11-20T10:00:00+00:00", "end": "2026-11-20T12:20:00.1234567+02:00"}
    asked = a_request("validation", "a4t3", occurrencePeriod=period)
    assert (await bars.post(PATH, json=a_message(request=asked), headers=ids())).status_code == 200
    (told,) = await interop.published("interop", ReferralReceived)
    assert (told.data["kind"], told.data["answer_due_at"]) == ("validation", "2026-11-20T10:20:00.123456Z")


@pytest.mark.parametrize(
    ("kind", "period", "due_at"),
    [
        ("validation", None, None),
        ("validation", {"start": "2026-11-20T10:00:00+00:00"}, None),
        ("validation", {"end": "2026-11"}, None),
        ("validation", {"end": "2026-06-14"}, "2026-06-14T23:00:00Z"),
        ("validation", {"end": "2026-11-20"}, "2026-11-21T00:00:00Z"),
        ("validation", {"end": "9999-12-31"}, None),
        ("validation", {"end": "0001-01-01T00:00:00+14:00"}, None),
        ("referral", {"end": "2026-11-20T10:20:00+00:00"}, None),
    ],
)
async def test_an_answer_is_due_only_where_the_standard_says_so(
    bars: Any, interop: Running, kind: str, period: dict[str, str] | None, due_at: str | None
) -> None:
    asked = a_request(kind, occurrencePeriod=period)
    assert (await bars.post(PATH, json=a_message(request=asked), headers=ids())).status_code == 200
    (told,) = await interop.published("interop", ReferralReceived)
    assert (told.data["kind"], told.data["answer_due_at"]) == (kind, due_at)


async def test_a_sister_service_reads_who_it_is(bars: Any, interop: Running) -> None:
    await bars.post(PATH, json=a_message(), headers=ids())
    (referral,) = await stored(interop, InboundReferral)
    service = await interop.client("interop", "svc:caseload", "service")
    answer = await service.get(f"/v1/inbound-referrals/{referral.id}")
    assert answer.status_code == 200
    found = answer.json()
    assert found.pop("received_at")
    assert found == {
        "id": str(referral.id),
        "team_id": str(TEAM),
        "source": "gp",
        "kind": "referral",
        "reason": "Leg ulcer, dressings twice a week",
        "urgency": "routine",
        "answer_due_at": None,
        "referrer": "Sana Iqbal, Duke Street Surgery",
        "referrer_ods_code": "A81001",
        "given_name": "Maureen Ann",
        "family_name": "Tabor",
        "birth_on": "1936-06-06",
        "sex": "female",
        "nhs_number": "9990000204",
        "nhs_number_status": "01",
        "address_line": "7 Chapel Row, Barrow",
        "postcode": "LA14 1AA",
        "phone": "07700 900123",
    }
    for persona in ("nurse", "integrator", "heatshield"):
        other = await interop.client("interop", str(uuid4()), persona)
        assert (await other.get(f"/v1/inbound-referrals/{referral.id}")).status_code == 403
    assert (await service.get(f"/v1/inbound-referrals/{uuid4()}")).status_code == 404
    nobody = await interop.client("interop", None)
    assert (await nobody.get(f"/v1/inbound-referrals/{referral.id}")).status_code == 401


async def test_numbers_keep_the_digits_they_were_sent_with(bars: Any, interop: Running) -> None:
    raw = json.dumps(a_message()).replace('"intent": "plan"', '"intent": "plan", "quantityQuantity": {"value": 72.50}')
    answer = await bars.post(PATH, content=raw.encode(), headers=ids())
    assert answer.status_code == 200, answer.text
    assert '"value":72.50' in answer.text
    assert b"72.50" in (await stored(interop))[0].raw


async def test_service_endpoints_are_kept_by_ops_and_read_by_integrators(interop: Running) -> None:
    nobody, nurse = await interop.client("interop", None), await interop.nurse("interop")
    ops = await interop.client("interop", "ops-1", "ops")
    endpoint = {"id": "01938000-0000-7000-8000-0000000000e1", "dos_service_id": "2000099999", "team_id": str(TEAM)}
    assert (await nobody.post("/v1/service-endpoints", json=endpoint)).status_code == 401
    assert (await nurse.post("/v1/service-endpoints", json=endpoint)).status_code == 403
    assert (await nurse.get("/v1/service-endpoints")).status_code == 403
    partner = await interop.client("interop", "trust-tie", "integrator")
    assert (await partner.post("/v1/service-endpoints", json=endpoint)).status_code == 403
    assert (await partner.get("/v1/service-endpoints")).json()["items"] == []
    assert (await ops.post("/v1/service-endpoints", json=endpoint)).status_code == 201
    again = await ops.post("/v1/service-endpoints", json=endpoint | {"id": "01938000-0000-7000-8000-0000000000e2"})
    assert (again.status_code, again.json()["code"]) == (409, "already_recorded")
    assert again.headers["content-type"] == "application/problem+json"
    odd = await ops.post("/v1/service-endpoints", json=endpoint | {"dos_service_id": "a|b"})
    assert odd.status_code == 422
    assert [item["dos_service_id"] for item in (await ops.get("/v1/service-endpoints")).json()["items"]] == [
        "2000099999"
    ]
