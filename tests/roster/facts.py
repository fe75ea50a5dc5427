"""What the tests of roster say and hear: request bodies, and the events of other services."""

from typing import Any
from uuid import UUID

from uuid6 import uuid7

from tests.running import DEPUTY, NURSE, TEAM, Running

RUTH, TOM, SANDRA = NURSE, DEPUTY, UUID("01938000-0000-7000-8000-000000000003")
EDITH, WALTER = UUID("01938000-0000-7000-8000-0000000000e1"), UUID("01938000-0000-7000-8000-0000000000e2")
# Before, into and after the visit that `a_visit` makes.
EARLY = {"starts_at": "2026-11-24T09:00:00Z", "ends_at": "2026-11-24T10:00:00Z"}
OVERLAPPING = {"starts_at": "2026-11-24T11:14:00Z", "ends_at": "2026-11-24T12:00:00Z"}
NEXT = {"starts_at": "2026-11-24T11:15:00Z", "ends_at": "2026-11-24T12:00:00Z"}
Fact = tuple[str, dict[str, Any]]


async def hear(system: Running, fact: Fact, *, version: int = 1) -> Any:
    name, data = fact
    return await system.deliver("roster", name, data, version=version)


def code(answer: Any) -> str:
    """The code of a refusal, which always says where and what to do."""
    refusal = answer.json()
    assert all(error["pointer"] and error["way_out"] for error in refusal["errors"]), refusal
    return str(refusal["code"])


def pointer(answer: Any) -> str:
    return str(answer.json()["errors"][0]["pointer"])


async def refused(nurse: Any, **changes: Any) -> tuple[int, str, str]:
    answer = await nurse.post("/v1/visits", json=a_visit(**changes))
    return answer.status_code, code(answer), pointer(answer)


def a_shift(**changes: Any) -> dict[str, Any]:
    shift = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(RUTH),
        "kind": "shift",
        "starts_at": "2026-11-24T09:00:00Z",
        "ends_at": "2026-11-24T16:30:00Z",
        "unpaid_break_minutes": 30,
    }
    return _in_json(shift | changes)


def a_plan(**changes: Any) -> dict[str, Any]:
    plan = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "client_id": str(EDITH),
        "purpose": "Compression bandaging and holistic review",
        "visits_per_four_weeks": 8,
        "minutes": 75,
        "role": "registered_nurse",
        "skills": ["compression"],
        "days": ["tue", "fri"],
        "from_on": "2026-11-02",
    }
    return _in_json(plan | changes)


def a_visit(**changes: Any) -> dict[str, Any]:
    visit = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "client_id": str(EDITH),
        "employee_id": str(RUTH),
        "starts_at": "2026-11-24T10:00:00Z",
        "ends_at": "2026-11-24T11:15:00Z",
        "channel": "in_person",
        "purpose": "Compression bandaging",
    }
    reason = {"second_hand_reason": "safety"} if changes.get("accompanied_by") else {}
    return _in_json(visit | reason | changes)


def contract(employee: UUID, minutes_per_week: int, **changes: Any) -> Fact:
    data = {
        "contract_id": uuid7(),
        "employee_id": employee,
        "team_id": TEAM,
        "kind": "permanent",
        "band": "5",
        "role": "registered_nurse",
        "minutes_per_week": minutes_per_week,
        "from_on": "2025-06-01",
        "until_on": None,
    }
    return "hr.contract.agreed.v1", _in_json(data | changes)


def competency(employee: UUID, task: str, **changes: Any) -> Fact:
    """Signed off, by hr's word."""
    data = {
        "competency_id": uuid7(),
        "team_id": TEAM,
        "employee_id": employee,
        "task": task,
        "assessed_by": RUTH,
        "assessed_on": "2025-06-01",
        "until_on": "2199-12-31",
    }
    return "hr.competency.signed_off.v1", _in_json(data | changes)


def delegation(employee: UUID, client: UUID, **changes: Any) -> Fact:
    """A nurse lets somebody give one client's medicine, by caseload's word."""
    data = {
        "delegation_id": uuid7(),
        "team_id": TEAM,
        "client_id": client,
        "employee_id": employee,
        "task": "give_medicine",
        "from_on": "2026-11-02",
        "until_on": "2199-12-31",
    }
    word = "withdrawn" if "withdrawn_at" in changes else "given"
    return f"caseload.delegation.{word}.v1", _in_json(data | changes)


def a_need(**changes: Any) -> Fact:
    """A blood test of Edith's that is to be taken, by caseload's word."""
    data = {"test_id": uuid7(), "client_id": EDITH, "team_id": TEAM, "kind": "blood", "take_by": "2199-12-01"}
    step = "taken" if "taken_on" in changes else "cancelled" if "cancelled_on" in changes else "requested"
    return f"caseload.test.{step}.v1", _in_json(data | changes)


def clearance(employee: UUID, **changes: Any) -> Fact:
    data = {
        "employee_id": employee,
        "team_id": TEAM,
        "may_visit_alone": True,
        "since_on": "2025-06-01",
    }
    return "hr.clearance.changed.v1", _in_json(data | changes)


def opted_out(employee: UUID, **changes: Any) -> Fact:
    """Of 48 hours a week, by hr's word."""
    data = {"opt_out_id": uuid7(), "employee_id": employee, "team_id": TEAM, "signed_on": "2026-01-05"}
    return "hr.opt_out.changed.v1", _in_json(data | {"from_on": "2026-01-12", "until_on": None} | changes)


def episode(client: UUID, **changes: Any) -> Fact:
    data = {
        "episode_of_care_id": uuid7(),
        "client_id": client,
        "team_id": TEAM,
        "referral_id": uuid7(),
        "named_nurse_id": RUTH,
        "deputy_id": TOM,
        "pathway": "long_term",
        "opened_on": "2026-11-02",
    }
    return "caseload.episode_of_care.opened.v1", _in_json(data | changes)


def acuity_review(**changes: Any) -> Fact:
    data = {
        "acuity_review_id": uuid7(),
        "team_id": TEAM,
        "reviewed_on": "2026-11-20",
        "clients": 9,
        "total": 27,
    }
    return "caseload.acuity_review.completed.v1", _in_json(data | changes)


def contact(client: UUID, employee: UUID, segments: dict[str, int], **changes: Any) -> Fact:
    data = {
        "care_contact_id": uuid7(),
        "client_id": client,
        "episode_of_care_id": uuid7(),
        "referral_id": uuid7(),
        "team_id": TEAM,
        "visit_id": None,
        "employee_id": employee,
        "channel": "in_person",
        "started_at": "2026-11-24T10:05:00Z",
        "minutes": sum(segments.values()),
        "segments": [
            {"care_activity_id": str(uuid7()), "activity_type": kind, "minutes": minutes}
            for kind, minutes in segments.items()
        ],
    }
    return "caseload.care_contact.recorded.v1", _in_json(data | changes)


def _in_json(data: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in data.items()}
