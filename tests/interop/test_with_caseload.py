"""Interop and caseload together: what a partner sends in comes out again as FHIR, and what the nurse writes with it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import fhirkit
import pytest
from sqlalchemy import select
from uuid6 import uuid7

from demo.contracts import published
from services.caseload.main import SERVICE as CASELOAD
from services.common.auth import SYSTEM
from services.interop.domain.inbound import InboundReferral
from services.interop.main import SERVICE as INTEROP
from tests.interop.answers import serve_team
from tests.interop.bars_message import a_message, ids
from tests.interop.council import eventually
from tests.interop.following import follow
from tests.running import DEPUTY, NURSE, Databases, Running, running

BASE = "/fhir/R4"


@pytest.fixture
async def both(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, CASELOAD, INTEROP) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        await system.join("interop")
        yield system


async def found(client: Any, kind: str, count: int, **asked: str) -> list[dict[str, Any]]:
    """So many resources of a type, once the events have brought them."""

    async def ask() -> list[dict[str, Any]]:
        answer = await client.get(f"{BASE}/{kind}", params=asked)
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in answer.json().get("entry", [])]

    resources: list[dict[str, Any]] = await eventually(ask, lambda items: len(items) >= count)
    for resource in resources:
        assert fhirkit.validate(json.dumps(resource)) == []
    return resources


async def refer(system: Running) -> str:
    """A partner refers somebody; the reference it is given."""
    await serve_team(system)
    partner = await system.client("interop", "trust-tie", "integrator")
    taken = await partner.post(f"{BASE}/$process-message", json=a_message(), headers=ids())
    assert taken.status_code == 200, taken.text
    resources = [entry["resource"] for entry in taken.json()["entry"]]
    planned = [item for item in resources if item.get("status") == "planned"]
    return str(planned[0]["identifier"][0]["value"])


async def write_record(nurse: Any, episode_id: str) -> None:
    """One of everything that caseload keeps."""
    rating = {"id": str(uuid7()), "occasion": "admission", "knowledge": 2, "behavior": 3, "status": 2}
    assessment = {
        "id": str(uuid7()),
        "episode_of_care_id": episode_id,
        "assessed_on": "2026-11-20",
        "what_matters": "To walk to chapel",
        "problems": [{"id": str(uuid7()), "code": "26", "signs": [], "rating": rating}],
        "care_act": {"needs_from_impairment": True, "findings": [], "significant_impact": False},
    }
    plan = {
        "id": str(uuid7()),
        "episode_of_care_id": episode_id,
        "client_words": "To walk to chapel",
        "expected_visits": 4,
        "ends_on": "2026-12-24",
        "lines": [{"id": str(uuid7()), "domain": "nursing", "intervention": "02.14", "words": "Bandage"}],
    }
    goal = {"id": str(uuid7()), "care_plan_id": plan["id"], "words": "Walk alone", "set_on": "2026-11-20"}
    contact = {
        "id": str(uuid7()),
        "episode_of_care_id": episode_id,
        "employee_id": str(NURSE),
        "channel": "phone",
        "started_at": "2026-11-20T09:00:00Z",
        "segments": [{"id": str(uuid7()), "activity_type": "nursing", "minutes": 15}],
    }
    wound = {"id": str(uuid7()), "episode_of_care_id": episode_id, "site": "Left lower leg"}
    measured = {"id": str(uuid7()), "measured_at": "2026-11-20T09:10:00Z", "length_mm": 40, "width_mm": 20}
    for path, body in (
        ("/v1/assessments", assessment),
        (f"/v1/assessments/{assessment['id']}/complete", {}),
        ("/v1/care-plans", plan),
        (f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-20"}),
        ("/v1/independence-goals", goal),
        ("/v1/care-contacts", contact),
        ("/v1/wounds", wound),
        (f"/v1/wounds/{wound['id']}/measurements", measured),
    ):
        answer = await nurse.post(path, json=body)
        assert answer.is_success, answer.text


async def listed(nurse: Any) -> list[Any]:
    items: list[Any] = (await nurse.get("/v1/referrals")).json()["items"]
    return items


def an_acceptance() -> dict[str, str]:
    return {
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "named_nurse_id": str(NURSE),
        "deputy_id": str(DEPUTY),
        "pathway": "recovery",
        "urgent_reason": "Bleeding; the team meets on Wednesday",
    }


async def test_a_partners_referral_becomes_a_record_that_it_can_read(both: Running) -> None:
    reference = await refer(both)
    nurse = await both.nurse("caseload")
    (referral,) = await eventually(lambda: listed(nurse), bool)
    assert (referral["given_name"], referral["nhs_number"]) == ("Maureen Ann", "9990000204")
    trust = await both.client("interop", "trust-tie", "integrator")
    asked = {"identifier": f"https://heatshield.uk/Id/referral-reference|{reference}"}
    assert (await found(trust, "ServiceRequest", 1, **asked))[0]["id"] == referral["id"]
    acceptance = an_acceptance()
    accepted = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    assert accepted.status_code == 201, accepted.text
    await write_record(nurse, acceptance["episode_of_care_id"])
    mine = {"patient": f"Patient/{acceptance['client_id']}"}
    counts = {
        "Observation": 2,
        "CarePlan": 1,
        "Goal": 1,
        "QuestionnaireResponse": 1,
        "Encounter": 1,
        "Condition": 1,
        "EpisodeOfCare": 1,
        "ServiceRequest": 1,
    }
    for kind, count in counts.items():
        assert len(await found(trust, kind, count, **mine)) == count
    by_number = await trust.post(f"{BASE}/Patient/_search", data={"identifier": "9990000204"})
    assert [entry["resource"]["id"] for entry in by_number.json()["entry"]] == [acceptance["client_id"]]

    async def outcome() -> Any:
        async with both.databases["interop"].transaction(SYSTEM) as tx:
            return (await tx.all(select(InboundReferral)))[0]

    kept = await eventually(outcome, lambda inbound: inbound.outcome == "accepted")
    assert str(kept.referral_id) == referral["id"]


async def test_who_follows_the_feed_hears_what_became_of_a_referral(both: Running) -> None:
    """The owner's own events, in the order of each thing, with exactly the data of their contracts."""
    await refer(both)
    nurse, trust = await both.nurse("caseload"), await both.client("interop", "trust-tie", "integrator")
    (referral,) = await eventually(lambda: listed(nurse), bool)
    acceptance = an_acceptance()
    await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    await write_record(nurse, acceptance["episode_of_care_id"])

    async def fed() -> Any:
        return (await follow(trust))[0]

    told = {str(envelope.id): envelope for envelope in await both.published("caseload")}
    items = await eventually(fed, lambda items: len(items) == len(told))
    assert {item["id"] for item in items} == set(told)
    for item in items:
        assert (item["data"], item["subject"]) == (told[item["id"]].data, told[item["id"]].subject)
        published()[item["type"]].model_validate(item["data"])


async def test_a_referral_not_taken_is_known_as_such(both: Running) -> None:
    await refer(both)
    nurse = await both.nurse("caseload")

    async def listed() -> Any:
        return (await nurse.get("/v1/referrals")).json()["items"]

    (referral,) = await eventually(listed, bool)
    refusal = {"reason": "no_capacity", "signpost": "The district nurses take new people: 01229 000000."}
    assert (await nurse.post(f"/v1/referrals/{referral['id']}/not-take", json=refusal)).is_success
    trust = await both.client("interop", "trust-tie", "integrator")

    async def shown() -> Any:
        return (await trust.get(f"{BASE}/ServiceRequest/{referral['id']}")).json()

    revoked = await eventually(shown, lambda resource: resource.get("status") == "revoked")
    assert revoked["note"] == [{"text": "No capacity. The district nurses take new people: 01229 000000."}]
