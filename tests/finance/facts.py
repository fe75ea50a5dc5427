"""What the other services tell finance, and short ways of asking finance what became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona
from services.finance.domain.ledger import Journal, Posting
from tests.running import NURSE, TEAM, Running

CONTACT = "caseload.care_contact.recorded.v1"
CONTRACT = "hr.contract.agreed.v1"
REABLEMENT = "caseload.reablement.agreed.v1"
MONTH = "roster.month.summed.v1"
NOVEMBER = "from_on=2026-11-01&to_on=2026-11-30"


def a_contact(*segments: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """A contact as caseload tells it, in full; 75 minutes of nursing unless told otherwise."""
    parts = [
        {"care_activity_id": str(uuid7()), "activity_type": kind, "minutes": minutes}
        for kind, minutes in segments or [("nursing", 75)]
    ]
    contact = {
        "care_contact_id": str(uuid7()),
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "referral_id": str(uuid7()),
        "team_id": str(TEAM),
        "visit_id": None,
        "employee_id": str(NURSE),
        "channel": "in_person",
        "started_at": "2026-11-10T09:30:00Z",
        "minutes": sum(part["minutes"] for part in parts),
        "segments": parts,
    }
    return contact | changes


def a_contract(**changes: Any) -> dict[str, Any]:
    contract = {
        "contract_id": str(uuid7()),
        "employee_id": str(NURSE),
        "team_id": str(TEAM),
        "kind": "permanent",
        "band": "5",
        "role": "registered_nurse",
        "minutes_per_week": 2250,
        "from_on": "2025-09-29",
        "until_on": None,
    }
    return contract | changes


def a_month(**changes: Any) -> dict[str, Any]:
    """November of 1,000 contracted hours, 60 of them in meetings and 15 on paper."""
    month = {
        "month_id": str(uuid7()),
        "team_id": str(TEAM),
        "month_on": "2026-11-01",
        "contracted_minutes": 60_000,
        "client_facing_minutes": 36_000,
        "coordination_minutes": 3_000,
        "travel_minutes": 6_000,
        "meeting_minutes": 3_600,
        "training_minutes": 1_200,
        "protected_time_minutes": 600,
        "admin_minutes": 900,
    }
    return month | changes


def a_reablement(**changes: Any) -> dict[str, Any]:
    """Beryl's: agreed to start on 9 November 2026."""
    agreed = {
        "care_plan_id": str(uuid7()),
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "team_id": str(TEAM),
        "starts_on": "2026-11-09",
    }
    return agreed | changes


def a_budget(**changes: Any) -> dict[str, Any]:
    """£400,000 for twelve months: £200,000 from one fund and £50,000 from each of four partners."""
    parties = [
        ("Transformation fund", 20_000_000),
        ("County council", 5_000_000),
        ("NHS commissioner", 5_000_000),
        ("District councils", 5_000_000),
        ("NHS trust", 5_000_000),
    ]
    budget = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "name": "Test and learn",
        "starts_on": "2026-11-01",
        "months": 12,
        "contributions": [{"id": str(uuid7()), "party": party, "pledged_pence": pence} for party, pence in parties],
    }
    return budget | changes


async def lines(finance: Running) -> list[dict[str, Any]]:
    """The team's lines of November 2026, in the order they were made."""
    nurse = await finance.nurse("finance")
    answer = await nurse.get(f"/v1/activity-lines?{NOVEMBER}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def office(finance: Running) -> Any:
    return await finance.client("finance", UUID(int=77), Persona.FINANCE)


async def journals(finance: Running) -> list[tuple[Journal, list[tuple[str, int, UUID | None]]]]:
    """The ledger with each journal's lines, oldest first."""
    async with finance.databases["finance"].transaction(SYSTEM) as tx:
        entered = await tx.all(select(Journal).order_by(Journal.entry_on, Journal.id))
        postings = await tx.all(select(Posting).order_by(Posting.journal_id, Posting.line_no))
    return [
        (one, [(p.account, p.amount_pence, p.budget_id) for p in postings if p.journal_id == one.id]) for one in entered
    ]
