"""What the weeks ahead are made of. Each is one statement over one team's days."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, case, cast, func, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import ENGLAND
from services.roster.domain.capacity import Away, Extra, Member
from services.roster.domain.month import SummedMonth
from services.roster.domain.period import Period
from services.roster.domain.shift import Shift, ShiftKind, ShiftStatus
from services.roster.domain.vacancy import Vacancy
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.visit_plan import VisitPlan

NEVER_MADE = (VisitStatus.CANCELLED, VisitStatus.MISSED, VisitStatus.NO_REPLY)


async def members(tx: Transaction, team_id: UUID, within: Period) -> list[Member]:
    """Who is in the team on some day of the period, and from when to when."""
    member = tx.metadata.tables["team_member"]
    wanted = select(member.c.employee_id, member.c.from_on, member.c.until_on).where(
        member.c.team_id == team_id,
        member.c.from_on <= within.to_on,
        or_(member.c.until_on.is_(None), member.c.until_on >= within.from_on),
    )
    return [Member(*row) for row in await tx.rows(wanted)]


async def summed_month(tx: Transaction, team_id: UUID, month_on: date) -> SummedMonth | None:
    """What was told of this month, if anything was."""
    wanted = select(SummedMonth).where(col(SummedMonth.team_id) == team_id, col(SummedMonth.month_on) == month_on)
    found = await tx.all(wanted)
    return found[0] if found else None


async def away(tx: Transaction, team_id: UUID, within: Period) -> list[Away]:
    """Time that is set aside for other things than clients, by member and day."""
    day, minutes = _day_of(Shift.starts_at), _paid_minutes()
    wanted = (
        select(col(Shift.employee_id), day, func.sum(minutes))
        .where(*_shifts_of(team_id, within), col(Shift.kind).not_in((ShiftKind.SHIFT, ShiftKind.ON_CALL)))
        .group_by(col(Shift.employee_id), day)
    )
    return [Away(row[0], row[1], int(row[2])) for row in await tx.rows(wanted)]


async def on_shift(tx: Transaction, team_id: UUID, within: Period) -> dict[date, int]:
    """Minutes of the planned shifts, by the day on which they start."""
    day = _day_of(Shift.starts_at)
    wanted = select(day, func.sum(_paid_minutes())).where(
        *_shifts_of(team_id, within), col(Shift.kind) == ShiftKind.SHIFT
    )
    return {row[0]: int(row[1]) for row in await tx.rows(wanted.group_by(day))}


async def extras(tx: Transaction, team_id: UUID, within: Period) -> list[Extra]:
    """Visits that no standing plan asks for, and pairs of hands beyond those that one asks for."""
    day, minutes = _day_of(Visit.starts_at), _minutes(Visit.ends_at, Visit.starts_at)
    hands = 1 + case((col(Visit.accompanied_by).is_(None), 0), else_=1)
    more = func.greatest(hands - func.coalesce(col(VisitPlan.hands), 0), 0)
    in_person = case((col(Visit.channel) == "in_person", more), else_=0)
    sums = select(day, func.sum(minutes * more), func.sum(in_person)).select_from(Visit)
    wanted = sums.outerjoin(VisitPlan, col(VisitPlan.id) == col(Visit.visit_plan_id)).where(
        col(Visit.team_id) == team_id,
        col(Visit.starts_at) >= within.starts_at,
        col(Visit.starts_at) < within.ends_at,
        col(Visit.status).not_in(NEVER_MADE),
        or_(col(Visit.visit_plan_id).is_(None), col(Visit.accompanied_by).is_not(None)),
    )
    return [Extra(row[0], int(row[1]), int(row[2])) for row in await tx.rows(wanted.group_by(day))]


async def vacant(tx: Transaction, team_id: UUID, within: Period) -> Sequence[tuple[int, date, date | None]]:
    """Minutes a week of each post that is vacant on some day of the period, from when, and until it is filled."""
    wanted = select(col(Vacancy.minutes_per_week), col(Vacancy.from_on), col(Vacancy.filled_on)).where(
        col(Vacancy.team_id) == team_id,
        col(Vacancy.from_on) <= within.to_on,
        or_(col(Vacancy.filled_on).is_(None), col(Vacancy.filled_on) > within.from_on),
    )
    return [(row[0], row[1], row[2]) for row in await tx.rows(wanted)]


def _shifts_of(team_id: UUID, within: Period) -> tuple[ColumnElement[bool], ...]:
    starts = col(Shift.starts_at)
    planned = col(Shift.status) == ShiftStatus.PLANNED
    return col(Shift.team_id) == team_id, starts >= within.starts_at, starts < within.ends_at, planned


def _day_of(instant: Any) -> ColumnElement[date]:
    return func.date(func.timezone(ENGLAND.key, instant))


def _minutes(ends: Any, starts: Any) -> ColumnElement[int]:
    return cast(func.floor(func.extract("epoch", col(ends) - col(starts)) / 60), Integer)


def _paid_minutes() -> ColumnElement[int]:
    return _minutes(Shift.ends_at, Shift.starts_at) - col(Shift.unpaid_break_minutes)
