"""What a typical week is made of, one statement each. None goes on record as read: nobody is told of a client."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Executable, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import day_in_england, midnight_in_england
from services.roster.domain.known import RecordedContact
from services.roster.domain.period import Period, whole_minutes
from services.roster.domain.shift import Shift, ShiftKind, ShiftStatus
from services.roster.domain.visit import Visit
from services.roster.domain.what_if import Held, OnShift, TypicalDay
from services.roster.store.capacity import NEVER_MADE

WEEKS_OF_FACES = 12


async def typical_week(tx: Transaction, team_id: UUID, asked: date) -> Period:
    """The newest week, up to the one asked for, in which the team has shifts; without any, the one asked for."""
    week = Period.week_of(asked)
    newest = select(func.max(col(Shift.starts_at))).where(
        col(Shift.team_id) == team_id,
        col(Shift.starts_at) < week.ends_at,
        col(Shift.kind) == ShiftKind.SHIFT,
        col(Shift.status) == ShiftStatus.PLANNED,
    )
    (found,) = await tx.all(newest)
    return week if found is None else Period.week_of(day_in_england(found))


async def days(tx: Transaction, team_id: UUID, week: Period) -> list[TypicalDay]:
    """The seven days with their shifts, and all that holds somebody's time."""
    shifts: dict[date, list[OnShift]] = {day: [] for day in week.days()}
    held: dict[date, list[Held]] = {day: [] for day in week.days()}
    for row in await tx.rows(_shifts(team_id, week)):
        day, start, end = _within_day(row.starts_at, row.ends_at)
        if row.kind == ShiftKind.SHIFT:
            on_shift = OnShift(row.employee_id, start, end, row.unpaid_break_minutes, row.supervised_only)
            shifts[day].append(on_shift)
        elif row.kind != ShiftKind.ON_CALL:
            held[day].append(Held((row.employee_id,), None, start, end))
    for row in await tx.rows(_visits(team_id, week)):
        day, start, end = _within_day(row.starts_at, row.ends_at)
        people = (row.employee_id,) if row.accompanied_by is None else (row.employee_id, row.accompanied_by)
        held[day].append(Held(people, row.client_id, start, end))
    return [TypicalDay(day, shifts[day], held[day]) for day in week.days()]


def _shifts(team_id: UUID, week: Period) -> Executable:
    columns = (Shift.employee_id, Shift.kind, Shift.starts_at, Shift.ends_at, Shift.unpaid_break_minutes)
    wanted = select(*map(col, columns), col(Shift.supervised_only)).where(
        col(Shift.team_id) == team_id,
        col(Shift.starts_at) >= week.starts_at,
        col(Shift.starts_at) < week.ends_at,
        col(Shift.status) == ShiftStatus.PLANNED,
    )
    return wanted.order_by(col(Shift.starts_at), col(Shift.id))


def _visits(team_id: UUID, week: Period) -> Executable:
    columns = (Visit.employee_id, Visit.accompanied_by, Visit.client_id, Visit.starts_at, Visit.ends_at)
    wanted = select(*map(col, columns)).where(
        col(Visit.team_id) == team_id,
        col(Visit.starts_at) >= week.starts_at,
        col(Visit.starts_at) < week.ends_at,
        col(Visit.status).not_in(NEVER_MADE),
    )
    return wanted.order_by(col(Visit.starts_at), col(Visit.id))


async def faces(tx: Transaction, team_id: UUID, client_id: UUID, on: date) -> set[UUID]:
    """Who was with this client in the twelve weeks before."""
    wanted = select(col(RecordedContact.employee_id)).where(
        col(RecordedContact.team_id) == team_id,
        col(RecordedContact.client_id) == client_id,
        col(RecordedContact.contact_on).between(on - timedelta(weeks=WEEKS_OF_FACES), on),
    )
    return set(await tx.all(wanted.distinct()))


def _within_day(starts_at: datetime, ends_at: datetime) -> tuple[date, int, int]:
    """The day in England on which it starts, and its minutes after that midnight."""
    day = day_in_england(starts_at)
    midnight = midnight_in_england(day)
    return day, whole_minutes(midnight, starts_at), whole_minutes(midnight, ends_at)
