"""Queries about when a team is open, who is on call, and whose time is kept free."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.opening import PROTECTED, OpeningHours
from services.roster.domain.period import Period
from services.roster.domain.shift import Shift, ShiftKind, ShiftStatus


async def opening_on(tx: Transaction, team_id: UUID, day: date) -> OpeningHours | None:
    """The hours that hold on this day, if the team has set any."""
    begun = col(OpeningHours.team_id) == team_id, col(OpeningHours.from_on) <= day
    found = await tx.all(select(OpeningHours).where(*begun).order_by(col(OpeningHours.from_on).desc()).limit(1))
    return found[0] if found else None


async def is_on_call(tx: Transaction, team_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether somebody of the team is on call for the whole of this time."""
    on_call = select(col(Shift.id)).where(
        col(Shift.team_id) == team_id,
        col(Shift.kind) == ShiftKind.ON_CALL,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) <= starts_at,
        col(Shift.ends_at) >= ends_at,
    )
    return bool(await tx.all(on_call.limit(1)))


async def protected_time(tx: Transaction, people: Collection[UUID], within: Period) -> Sequence[Shift]:
    """What `kept_free` would find of these people on these days."""
    wanted = select(Shift).where(
        col(Shift.employee_id).in_(people),
        col(Shift.kind).in_(PROTECTED),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) < within.ends_at,
        col(Shift.ends_at) > within.starts_at,
    )
    return await tx.all(wanted.order_by(col(Shift.starts_at), col(Shift.id)))


async def away_from_caseload(
    tx: Transaction, people: Collection[UUID], starts_at: datetime, ends_at: datetime
) -> Sequence[Shift]:
    """The time away from the caseload of these people, of whichever team, that this time would take from."""
    wanted = select(Shift).where(
        col(Shift.employee_id).in_(people),
        col(Shift.kind) == ShiftKind.PROTECTED_TIME,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) < ends_at,
        col(Shift.ends_at) > starts_at,
    )
    return await tx.all(wanted.order_by(col(Shift.id)))


async def kept_free(tx: Transaction, people: Collection[UUID], starts_at: datetime, ends_at: datetime) -> Sequence[str]:
    """What kinds of protected time of these people this time would take from."""
    kept = select(col(Shift.kind)).where(
        col(Shift.employee_id).in_(people),
        col(Shift.kind).in_(PROTECTED),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) < ends_at,
        col(Shift.ends_at) > starts_at,
    )
    return await tx.all(kept)
