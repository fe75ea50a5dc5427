"""Hours: what was contracted, rostered and spent with clients in one week of one team."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.common.auth import Persona
from services.common.db import Transaction
from services.common.projections import keep_newest
from services.common.rulebook import smallest_cell
from services.common.types import day_in_england
from services.hr.domain.hours import ContactTime, Hours, RosteredShift, Totals, Week, lines, rostered_minutes, totals
from services.hr.store import contracts, hours

CANCELLED = "cancelled"
# Who pays and who answers for pay read every line; the rest read no colleague's.
EVERY_LINE = {Persona.HR, Persona.FINANCE}


async def remember_shift(
    tx: Transaction,
    *,
    shift_id: UUID,
    team_id: UUID,
    employee_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    unpaid_break_minutes: int,
    status: str,
) -> None:
    """Keep a shift as roster last planned it; one that was cancelled has no minutes."""
    minutes = rostered_minutes(starts_at, ends_at, unpaid_break_minutes)
    values = {
        "shift_id": shift_id,
        "team_id": team_id,
        "employee_id": employee_id,
        "starts_at": starts_at,
        "minutes": 0 if status == CANCELLED else minutes,
    }
    await keep_newest(tx, RosteredShift, values)


async def remember_contact(
    tx: Transaction, *, care_contact_id: UUID, team_id: UUID, employee_id: UUID, started_at: datetime, minutes: int
) -> None:
    """Keep the time with a client on the day in England on which it began."""
    values = {
        "care_contact_id": care_contact_id,
        "team_id": team_id,
        "employee_id": employee_id,
        "contact_on": day_in_england(started_at),
        "minutes": minutes,
    }
    await keep_newest(tx, ContactTime, values)


async def hours_of_team(tx: Transaction, team_id: UUID, week_of: date | None) -> dict[str, Any]:
    """One week of one team. Each reads what their role may: every line, their own, or the totals alone."""
    await tx.require_team(team_id)
    week = Week.of(week_of or tx.today)
    everybody = lines(
        await contracts.minutes_by_employee(tx, team_id, week.monday),
        await hours.rostered_by_employee(tx, team_id, week),
        await hours.contact_by_employee(tx, team_id, week),
    )
    every_line = tx.actor.persona in EVERY_LINE
    within = every_line or tx.actor.is_team_bound
    own = tx.actor.employee_id if tx.actor.is_team_bound else None
    return {
        "team_id": team_id,
        "from_on": week.monday,
        "to_on": week.sunday,
        "lines": [line for line in everybody if every_line or line.employee_id == own],
        "totals": totals(everybody) if within else await _totals_outside(tx, everybody),
    }


async def _totals_outside(tx: Transaction, everybody: list[Hours]) -> Totals | None:
    """No figure stands on fewer people than may be shown (mission row 8.13). Time with clients stands on clients."""
    shown = len(everybody) >= await smallest_cell(tx)
    return replace(totals(everybody), contact_minutes=None) if shown else None
