"""A housing officer refers from a system of their own, and asks or hears what became of it (mission row 2.08)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from uuid6 import uuid7

from services.interop.domain.inbound import InboundReferral
from services.interop.events import ReferralReceived
from tests.interop.answers import serve_team, stored
from tests.interop.council import SECRET, Council
from tests.interop.plain import a_plain_referral
from tests.interop.records import Caseload, a_referral
from tests.running import TEAM, Running, until

PATH = "/v1/referrals"
REFUSED = {"reason": "no_health_need", "decided_at": "2026-11-20T10:00:00Z"}


@pytest.fixture
async def housing(interop: Running) -> Any:
    await serve_team(interop)
    return await interop.client("interop", "havebury", "integrator")


async def answered(system: Running, caseload: Caseload, receipt_id: str, said: str, **told: Any) -> None:
    """The team decides, as caseload tells it."""
    referral = a_referral(inbound_referral_id=receipt_id, status=said, signpost="The village agent")
    caseload.referrals[referral["id"]] = referral
    fact = {"referral_id": referral["id"], "inbound_referral_id": receipt_id, **told}
    await system.deliver("interop", f"caseload.referral.{said}.v1", fact)


async def test_anonymous_is_refused(interop: Running) -> None:
    nobody = await interop.client("interop", None)
    assert (await nobody.post(PATH, json=a_plain_referral())).status_code == 401
    assert (await nobody.get(f"{PATH}/{uuid7()}")).status_code == 401


async def test_a_housing_officer_posts_a_referral_and_polls_what_becomes_of_it(
    interop: Running, caseload: Caseload, housing: Any
) -> None:
    sent = a_plain_referral()
    receipt = await housing.post(PATH, json=sent)
    assert receipt.status_code == 201, receipt.text
    assert set(receipt.json()) == {"id", "reference", "received_at"}
    assert (receipt.json()["id"], receipt.json()["reference"][:3]) == (sent["id"], "HS-")
    (told,) = await interop.published("interop", ReferralReceived)
    assert (told.data["inbound_referral_id"], told.data["team_id"]) == (sent["id"], str(TEAM))
    assert "Pryke" not in str(told.data)
    service = await interop.client("interop", "svc:caseload", "service")
    known = (await service.get(f"/v1/inbound-referrals/{sent['id']}")).json()
    assert (known["source"], known["family_name"], known["nhs_number"]) == ("agency", "Pryke", None)
    waiting = (await housing.get(f"{PATH}/{sent['id']}")).json()
    assert (waiting["status"], waiting["answered_at"]) == ("waiting", None)
    await answered(interop, caseload, sent["id"], "not_taken", **REFUSED)
    found = (await housing.get(f"{PATH}/{sent['id']}")).json()
    assert (found["status"], found["not_taken_reason"]) == ("not_taken", "no_health_need")
    assert (found["signpost"], found["answered_at"]) == ("The village agent", "2026-11-20T10:00:00Z")
    assert "Pryke" not in str(found)


async def test_another_system_finds_nothing_of_it(interop: Running, housing: Any) -> None:
    sent = a_plain_referral()
    await housing.post(PATH, json=sent)
    other = await interop.client("interop", "another-landlord", "integrator")
    theirs, nobodys = await other.get(f"{PATH}/{sent['id']}"), await other.get(f"{PATH}/{uuid7()}")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["detail"] == nobodys.json()["detail"]


async def test_the_same_referral_sent_again_is_one(interop: Running, housing: Any) -> None:
    sent, key = a_plain_referral(), {"Idempotency-Key": str(uuid7())}
    first, again = [await housing.post(PATH, json=sent, headers=key) for _ in range(2)]
    assert (first.json(), again.status_code) == (again.json(), 201)
    other = await housing.post(PATH, json=sent)
    assert (other.status_code, other.json()["code"]) == (409, "already_recorded")
    assert len(await stored(interop, InboundReferral)) == 1
    assert [one.outcome for one in await stored(interop)] == ["accepted", "accepted", "refused"]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"person_agrees": False}, "person_must_agree", "/body/person_agrees"),
        ({"dos_service_id": "999"}, "service_unknown", "/body/dos_service_id"),
        ({"source": "gp"}, "validation_failed", "/body/source"),
        ({"referrer": ""}, "validation_failed", "/body/referrer"),
        ({"nhs_number": "9990000204"}, "validation_failed", "/body/nhs_number"),
        ({"person": {"given_name": "Derek"}}, "validation_failed", "/body/person/family_name"),
    ],
)
async def test_a_refusal_names_the_field(
    interop: Running, housing: Any, changes: dict[str, Any], code: str, pointer: str
) -> None:
    refused = await housing.post(PATH, json=a_plain_referral(**changes))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert refused.json()["code"] == code
    (kept,) = await stored(interop)
    assert (kept.outcome, kept.status, kept.sender) == ("refused", 422, "havebury")


async def test_what_is_sent_is_kept_byte_for_byte_before_it_is_judged(interop: Running, housing: Any) -> None:
    taken = json.dumps(a_plain_referral(), indent=3).encode()
    unread = b'{ "person": '
    for raw, status in ((taken, 201), (unread, 400)):
        headers = {"Content-Type": "application/json"}
        assert (await housing.post(PATH, content=raw, headers=headers)).status_code == status
    assert [(one.raw, one.outcome, one.status) for one in await stored(interop)] == [
        (taken, "accepted", 201),
        (unread, "refused", 400),
    ]
    assert len(await stored(interop, InboundReferral)) == 1


async def test_people_have_no_use_for_this_door(interop: Running) -> None:
    for persona in ("nurse", "ops", "council"):
        somebody = await interop.client("interop", uuid7(), persona)
        assert (await somebody.post(PATH, json=a_plain_referral())).status_code == 403


async def test_a_partner_with_an_address_is_told_by_a_signed_message(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve() as system:
        await serve_team(system)
        housing, ops = (
            await system.client("interop", "havebury", "integrator"),
            await system.client("interop", "o", "ops"),
        )
        address = {"name": "Havebury", "url": "https://council.example/events", "secret": SECRET}
        made = await ops.put(f"/v1/connections/{uuid7()}", json=address | {"refers_as": "havebury"})
        assert made.json()["refers_as"] == "havebury", made.text
        elsewhere = address | {"refers_as": "another-landlord"}
        assert (await ops.put(f"/v1/connections/{uuid7()}", json=elsewhere)).is_success
        sent = a_plain_referral()
        await housing.post(PATH, json=sent)
        await answered(system, caseload, sent["id"], "not_taken", **REFUSED)
        await until(lambda: council.heard)
        (event,) = council.heard
        assert event["type"] == "uk.heatshield.referral.answered.v1"
        assert event["data"].pop("reference").startswith("HS-")
        assert event["data"] == {
            "id": sent["id"],
            "status": "not_taken",
            "answered_at": "2026-11-20T10:00:00Z",
            "not_taken_reason": "no_health_need",
        }
        (item,) = (await ops.get("/v1/deliveries")).json()["items"]
        assert item["type"] == "uk.heatshield.referral.answered.v1"
