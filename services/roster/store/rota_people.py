"""What is known of a team's people when their rota is planned: a fixed number of statements, however many they are."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import midnight_in_england
from services.roster.domain.known import Contract, OptOut
from services.roster.domain.rota_version.shifts import Stretch
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.domain.shift import VISITING, Shift, ShiftStatus


async def contracts(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> Sequence[Contract]:
    """Those in force on some day of these, the oldest first."""
    wanted = select(Contract).where(
        col(Contract.team_id) == team_id,
        col(Contract.from_on) <= to_on,
        col(Contract.until_on).is_(None) | (col(Contract.until_on) >= from_on),
    )
    return await tx.all(wanted.order_by(col(Contract.from_on), col(Contract.contract_id)))


async def opted_out(tx: Transaction, people: Collection[UUID], from_on: date, to_on: date) -> Sequence[OptOut]:
    """What of these people's opting out counts on some day of these."""
    wanted = select(OptOut).where(
        col(OptOut.employee_id).in_(people),
        col(OptOut.from_on) <= to_on,
        col(OptOut.until_on).is_(None) | (col(OptOut.until_on) >= from_on),
    )
    return await tx.all(wanted)


async def stretches(
    tx: Transaction,
    people: Collection[UUID],
    from_on: date,
    until_on: date,
    *,
    but: UUID | None = None,
    but_rota: UUID | None = None,
) -> list[Stretch]:
    """The shifts and the times on call of these people that begin from a day on and before another.

    Without one shift, or without those that a rota plans.
    """
    wanted = select(
        col(Shift.employee_id),
        col(Shift.kind),
        col(Shift.starts_at),
        col(Shift.ends_at),
        col(Shift.unpaid_break_minutes),
        col(Shift.duty_kind),
    ).where(
        col(Shift.employee_id).in_(people),
        col(Shift.kind).in_(VISITING),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) >= midnight_in_england(from_on),
        col(Shift.starts_at) < midnight_in_england(until_on),
    )
    if but is not None:
        wanted = wanted.where(col(Shift.id) != but)
    if but_rota is not None:
        of_rota = select(col(RotaVersion.id)).where(col(RotaVersion.rota_id) == but_rota)
        by_it = col(Shift.rota_version_id)
        wanted = wanted.where(by_it.is_(None) | by_it.not_in(of_rota))
    return [Stretch(*row) for row in await tx.rows(wanted)]
