"""A client on the team's caseload, by the API's own steps, for tests that start there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.common.types import day_in_england
from tests.running import DEPUTY, NURSE, TEAM, Running


def new_id() -> str:
    return str(uuid7())


def a_referral(**changes: Any) -> dict[str, Any]:
    person = {"given_name": "Maureen", "family_name": "Tabor", "nhs_number": "999 000 0204", "birth_on": "1936-06-06"}
    referral = {
        "id": new_id(),
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
        "client_id": new_id(),
        "episode_of_care_id": new_id(),
        "named_nurse_id": str(NURSE),
        "deputy_id": str(DEPUTY),
        "pathway": "recovery",
        "urgent_reason": "Bleeding; the team meets on Wednesday",
    }
    return acceptance | changes


def a_problem(code: str = "26", signs: tuple[str, ...] = ("26.01",), scores: tuple[int, int, int] = (3, 3, 2)) -> Any:
    knowledge, behavior, status = scores
    rating = {"id": new_id(), "occasion": "admission", "knowledge": knowledge, "behavior": behavior, "status": status}
    return {"id": new_id(), "code": code, "signs": list(signs), "rating": rating}


def an_assessment(episode_id: str, **changes: Any) -> dict[str, Any]:
    assessment = {
        "id": new_id(),
        "episode_of_care_id": episode_id,
        "assessed_on": "2026-11-03",
        "what_matters": "To walk to the village hall on Thursdays",
        "problems": [a_problem(), a_problem("07", ("07.01",), (3, 2, 2))],
        "care_act": {
            "needs_from_impairment": True,
            "significant_impact": True,
            "findings": [
                {"outcome": "hygiene", "ability": "only_with_help"},
                {"outcome": "community", "ability": "with_pain_or_distress"},
                {"outcome": "nutrition", "ability": "able"},
            ],
        },
        "home": "Two steps at the door",
        "carer": "Her sister, by phone",
    }
    return assessment | changes


def a_plan(episode_id: str, **changes: Any) -> dict[str, Any]:
    plan = {
        "id": new_id(),
        "episode_of_care_id": episode_id,
        "client_words": "I want my leg healed before the spring fair",
        "expected_visits": 12,
        "ends_on": "2027-01-15",
        "lines": [
            {"id": new_id(), "domain": "nursing", "intervention": "02.14", "words": "Compression, two layers"},
            {"id": new_id(), "domain": "social_care", "intervention": "01.41", "words": "Help to wash, mornings"},
        ],
    }
    return plan | changes


def a_contact(episode_id: str, **changes: Any) -> dict[str, Any]:
    contact = {
        "id": new_id(),
        "episode_of_care_id": episode_id,
        "employee_id": str(NURSE),
        "channel": "in_person",
        "started_at": "2026-11-04T10:00:00Z",
        "segments": [
            {"id": new_id(), "activity_type": "nursing", "minutes": 35},
            {"id": new_id(), "activity_type": "personal_care", "minutes": 20},
        ],
        "interventions": ["02.14"],
        "note": "Wound clean; she laughed about the fair",
        "note_id": new_id(),
    }
    return contact | changes


@dataclass
class OnCaseload:
    """A client who was taken on, with the nurse's HTTP client."""

    nurse: Any
    client_id: str
    episode_id: str
    referral_id: str
    kept: dict[str, Any] = field(default_factory=dict)

    async def post(self, path: str, body: Any, **headers: str) -> Any:
        answer = await self.nurse.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()


async def take_on(caseload: Running, *, by: UUID = NURSE, **person: Any) -> OnCaseload:
    nurse = await caseload.client("caseload", by)
    referral = a_referral()
    referral["person"] |= person
    acceptance = an_acceptance(same_person=False)
    assert (await nurse.post("/v1/referrals", json=referral)).status_code == 201
    accepted = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    assert accepted.status_code == 201, accepted.text
    return OnCaseload(nurse, accepted.json()["client_id"], accepted.json()["id"], referral["id"])


async def end_care(client: OnCaseload, **changes: Any) -> None:
    """The client is discharged today."""
    advice = {"safety_net": "Heat, redness", "ring": "111", "come_back": "Ring us"}
    body = {"ended_on": str(day_in_england(datetime.now(UTC))), "reason": "goals_met", **advice, **changes}
    await client.post(f"/v1/episodes-of-care/{client.episode_id}/discharge", body)


async def adopted(caseload: Running, decision: Any, subject: Any, kind: str = "referral", team: UUID = TEAM) -> None:
    """The team adopts a decision about this thing, as governance tells it."""
    fact = {
        "decision_id": str(decision),
        "team_id": str(team),
        "subjects": [{"kind": kind, "id": str(subject)}],
        "adopted_on": "2026-11-04",
        "agree": 5,
        "can_live_with": 1,
    }
    await caseload.deliver("caseload", "governance.decision.adopted.v1", fact)


async def let_a_month_pass(caseload: Running) -> None:
    """All ratings so far are older than a month, so that they count outside the team."""
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        rating = tx.metadata.tables["omaha_rating"]
        await tx.session.execute(rating.update().values(rated_at=rating.c.rated_at - timedelta(days=32)))
