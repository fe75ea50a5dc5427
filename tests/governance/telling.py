"""Facts as the other services tell them: each function hands governance one event, as the broker would."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.events import Envelope
from tests.running import NURSE, TEAM, Running

MARCH = datetime.fromisoformat("2026-03-10T09:00:00+00:00")


def _id(given: UUID | None) -> str:
    return str(given or uuid7())


async def referral_received(system: Running, referral_id: UUID | None = None, **more: Any) -> Envelope:
    data = {
        "referral_id": _id(referral_id),
        "team_id": str(TEAM),
        "source": "gp",
        "urgency": "routine",
        "received_at": MARCH.isoformat(),
        "inbound_referral_id": None,
    }
    return await system.deliver("governance", "caseload.referral.received.v1", data | more)


async def referral_accepted(system: Running, referral_id: UUID | None = None, hours: int = 2, **more: Any) -> Envelope:
    data = {
        "referral_id": _id(referral_id),
        "team_id": str(TEAM),
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "decision_id": None,
        "received_at": MARCH.isoformat(),
        "accepted_at": (MARCH + timedelta(hours=hours)).isoformat(),
        "inbound_referral_id": None,
    }
    return await system.deliver("governance", "caseload.referral.accepted.v1", data | more, version=2)


async def referral_not_taken(
    system: Running, reason: str, referral_id: UUID | None = None, hours: int = 2, **more: Any
) -> Envelope:
    data = {
        "referral_id": _id(referral_id),
        "team_id": str(TEAM),
        "source": "gp",
        "reason": reason,
        "received_at": MARCH.isoformat(),
        "decided_at": (MARCH + timedelta(hours=hours)).isoformat(),
        "inbound_referral_id": None,
    }
    return await system.deliver("governance", "caseload.referral.not_taken.v1", data | more, version=2)


async def contact_recorded(
    system: Running, minutes: dict[str, int], client_id: UUID | None = None, contact_id: UUID | None = None, **more: Any
) -> Envelope:
    segments = [
        {"care_activity_id": str(uuid7()), "activity_type": kind, "minutes": spent} for kind, spent in minutes.items()
    ]
    data = {
        "care_contact_id": _id(contact_id),
        "client_id": _id(client_id),
        "episode_of_care_id": str(uuid7()),
        "referral_id": str(uuid7()),
        "team_id": str(TEAM),
        "visit_id": None,
        "employee_id": str(NURSE),
        "channel": "in_person",
        "started_at": MARCH.isoformat(),
        "minutes": sum(minutes.values()),
        "segments": segments,
    }
    return await system.deliver("governance", "caseload.care_contact.recorded.v1", data | more)


async def activity_costed(
    system: Running, contact_id: UUID, cost_pence: int | None, version: int = 1, **more: Any
) -> Envelope:
    data = {
        "care_contact_id": str(contact_id),
        "team_id": str(TEAM),
        "cost_pence": cost_pence,
        "minutes": 60,
        "costed_at": (MARCH + timedelta(days=1)).isoformat(),
    }
    return await system.deliver("governance", "finance.activity.costed.v1", data | more, version=version)


async def rating_recorded(system: Running, problem_id: UUID | None = None, **more: Any) -> Envelope:
    data = {
        "rating_id": str(uuid7()),
        "problem_id": _id(problem_id),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "code": "26",
        "occasion": "interim",
        "knowledge": 3,
        "behavior": 3,
        "status": 3,
        "edition": "2005",
        "rated_at": MARCH.isoformat(),
    }
    return await system.deliver("governance", "caseload.omaha_rating.recorded.v1", data | more)


async def episode_opened(system: Running, **more: Any) -> Envelope:
    data = {
        "episode_of_care_id": str(uuid7()),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "referral_id": str(uuid7()),
        "named_nurse_id": str(NURSE),
        "deputy_id": str(uuid7()),
        "pathway": "recovery",
        "opened_on": date(2026, 3, 10).isoformat(),
    }
    return await system.deliver("governance", "caseload.episode_of_care.opened.v1", data | more)


async def assessment_completed(system: Running, eligible: bool, **more: Any) -> Envelope:
    data = {
        "assessment_id": str(uuid7()),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "problem_codes": ["26"],
        "care_act_eligible": eligible,
        "assessed_on": date(2026, 3, 10).isoformat(),
    }
    return await system.deliver("governance", "caseload.assessment.completed.v1", data | more, version=2)


async def visit_done(system: Running, **more: Any) -> Envelope:
    data = {
        "visit_id": str(uuid7()),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(NURSE),
        "care_contact_id": str(uuid7()),
        "starts_at": MARCH.isoformat(),
        "ends_at": (MARCH + timedelta(hours=1)).isoformat(),
        "done_at": (MARCH + timedelta(hours=1)).isoformat(),
    }
    return await system.deliver("governance", "roster.visit.done.v1", data | more)


async def break_glass_opened(system: Running, **more: Any) -> Envelope:
    data = {
        "break_glass_id": str(uuid7()),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "opened_by": str(NURSE),
        "reason_code": "unplanned_visit",
        "opened_at": MARCH.isoformat(),
        "expires_at": (MARCH + timedelta(minutes=30)).isoformat(),
        "review_due_at": (MARCH + timedelta(hours=72)).isoformat(),
    }
    return await system.deliver("governance", "caseload.break_glass.opened.v1", data | more)


async def incident_raised(system: Running, **more: Any) -> Envelope:
    data = {
        "incident_id": str(uuid7()),
        "kind": "dose_already_recorded",
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "medicine_id": str(uuid7()),
        "raised_at": MARCH.isoformat(),
    }
    return await system.deliver("governance", "caseload.incident.raised.v1", data | more)


async def care_plan_conflicted(system: Running, **more: Any) -> Envelope:
    data = {
        "conflict_id": str(uuid7()),
        "care_plan_id": str(uuid7()),
        "line_id": str(uuid7()),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "people": [str(NURSE)],
        "opened_at": MARCH.isoformat(),
    }
    return await system.deliver("governance", "caseload.care_plan.conflicted.v1", data | more)


async def sync_conflict_opened(system: Running, kind: str, **more: Any) -> Envelope:
    data = {
        "conflict_id": str(uuid7()),
        "kind": kind,
        "subject_id": str(uuid7()),
        "line_id": None,
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "people": [str(NURSE)],
        "opened_at": MARCH.isoformat(),
    }
    return await system.deliver("governance", "caseload.sync_conflict.opened.v1", data | more)


async def measures(client: Any, **params: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The team's measures by code and part."""
    asked = {"team_id": str(TEAM), "from_on": "2026-03-01", "to_on": "2026-03-31", **params}
    answer = await client.get("/v1/measures", params=asked)
    assert answer.status_code == 200, answer.text
    return {(item["code"], item["part"]): item for item in answer.json()["items"]}


async def value(client: Any, code: str, part: str | None = None, **params: Any) -> Any:
    return (await measures(client, **params))[code, part]["value"]
