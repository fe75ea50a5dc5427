"""Complaints and compliments, step by step against the clock, and their counts for those outside the team."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.figures import hidden
from services.common.paging import PageRequest, page
from services.common.rulebook import rule_in_force, smallest_cell
from services.governance.domain.complaint import (
    COUNTS,
    Acknowledgement,
    Answer,
    Complaint,
    Learning,
    NewComplaint,
    counts,
    quarter,
)
from services.governance.domain.rule import RuleCode
from services.governance.store import complaints


async def receive_complaint(tx: Transaction, new: NewComplaint) -> Complaint:
    """Somebody complains or pays a compliment. Raises `NotFound`, `DayOutOfOrder` or `NoRuleInForce`."""
    await tx.require_team(new.team_id)
    term = await rule_in_force(tx, RuleCode.COMPLAINT_ACKNOWLEDGEMENT, new.received_on, field="/body/received_on")
    complaint = Complaint.received(new, term, tx.actor.employee_id, tx.today, tx.now)
    tx.add(complaint)
    await tx.session.flush()
    return complaint


async def acknowledge_complaint(tx: Transaction, complaint_id: UUID, made: Acknowledgement, if_match: int) -> Complaint:
    """Raises `ComplaintOutOfTurn` or `DayOutOfOrder`."""
    complaint = await tx.get(Complaint, complaint_id, lock=True)
    require_version(complaint, if_match)
    complaint.acknowledge(made, tx.today, tx.now)
    await tx.session.flush()
    return complaint


async def answer_complaint(tx: Transaction, complaint_id: UUID, made: Answer, if_match: int) -> Complaint:
    """Raises `ComplaintOutOfTurn` or `DayOutOfOrder`."""
    complaint = await tx.get(Complaint, complaint_id, lock=True)
    require_version(complaint, if_match)
    complaint.give_answer(made, tx.today, tx.now)
    await tx.session.flush()
    return complaint


async def learn_from_complaint(tx: Transaction, complaint_id: UUID, made: Learning, if_match: int) -> Complaint:
    """Raises `ComplaintOutOfTurn` or `DayOutOfOrder`."""
    complaint = await tx.get(Complaint, complaint_id, lock=True)
    require_version(complaint, if_match)
    complaint.learn(made, tx.today, tx.now)
    await tx.session.flush()
    return complaint


async def read_complaint(tx: Transaction, complaint_id: UUID) -> Complaint:
    return await tx.get(Complaint, complaint_id)


async def list_complaints(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, status: str | None
) -> dict[str, Any]:
    return await page(tx, await complaints.listed(tx, team_id=team_id, status=status), Complaint, request)


async def count_complaints(tx: Transaction, *, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """How many, and how the clock was kept: in the team as of any day; outside it of one quarter, small counts hidden.

    Raises `NotFound` or `NotAQuartersEnd`.
    """
    await tx.require_team(team_id)
    from_on, day = (None, as_of or tx.today) if tx.actor.is_team_bound else quarter(as_of, tx.today)
    cells = counts(await complaints.of_team(tx, team_id), day, from_on)
    away = frozenset() if tx.actor.is_team_bound else hidden(cells, COUNTS, await smallest_cell(tx))
    items = [
        {"code": name, "value": None if name in away else cell.amount, "hidden": name in away}
        for name, cell in cells.items()
    ]
    return {"team_id": team_id, "from_on": from_on, "as_of": day, "items": items}
