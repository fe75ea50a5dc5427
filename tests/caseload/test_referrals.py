"""A referral is received, decided once, and opens an episode of care with a named nurse."""

from typing import Any

from uuid6 import uuid7

from services.caseload.events import EpisodeOfCareOpened, ReferralAccepted
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running


def a_referral(**changes: Any) -> dict[str, Any]:
    person = {"given_name": "Maureen", "family_name": "Tabor", "nhs_number": "999 000 0204", "birth_on": "1936-06-06"}
    referral = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "source": "gp",
        "reason": "Leg ulcer; sees nobody from one week to the next",
        "urgency": "routine",
        "received_at": "2026-11-02T09:00:00Z",
        "person": person,
    }
    return referral | changes


def an_acceptance(**changes: Any) -> dict[str, Any]:
    acceptance = {
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "named_nurse_id": str(NURSE),
        "deputy_id": str(DEPUTY),
        "pathway": "recovery",
        "urgent_reason": "Bleeding; the team meets on Wednesday",
    }
    return acceptance | changes


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    answer = await nobody.post("/v1/referrals", json=a_referral())
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_accepting_opens_an_episode_and_tells_the_others(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral = a_referral()
    received = await nurse.post("/v1/referrals", json=referral)
    assert received.status_code == 201, received.text
    assert received.json()["nhs_number"] == "9990000204"
    acceptance = an_acceptance()
    accepted = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    assert accepted.status_code == 201, accepted.text
    assert accepted.json()["named_nurse_id"] == str(NURSE)
    told = await caseload.published("caseload", ReferralAccepted)
    opened = await caseload.published("caseload", EpisodeOfCareOpened)
    assert (
        told[0].data["episode_of_care_id"] == opened[0].data["episode_of_care_id"] == acceptance["episode_of_care_id"]
    )
    assert told[0].aggregateversion == 2


async def test_a_referral_is_decided_only_once(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral = a_referral()
    await nurse.post("/v1/referrals", json=referral)
    await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=an_acceptance())
    again = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=an_acceptance())
    assert again.status_code == 409
    assert again.json()["code"] == "referral_already_decided"
    assert again.json()["errors"][0]["way_out"]


async def test_another_team_cannot_tell_a_hidden_referral_from_none(caseload: Running) -> None:
    nurse, stranger = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER)
    referral = a_referral()
    await nurse.post("/v1/referrals", json=referral)
    hidden = await stranger.get(f"/v1/referrals/{referral['id']}")
    absent = await stranger.get(f"/v1/referrals/{uuid7()}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
