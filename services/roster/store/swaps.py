"""Queries for shifts that change hands: the shifts themselves, and what rests on who is there."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.types import midnight_in_england
from services.roster.domain.open_shift import OpenShift, OpenShiftOffer
from services.roster.domain.period import midnight_after
from services.roster.domain.rota_version.rota import Rota, RotaState
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.domain.shift import VISITING, Shift, ShiftStatus
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.visit_plan import VisitPlan


async def shifts(tx: Transaction, team_id: UUID, shift_ids: Collection[UUID], *, lock: bool = False) -> Sequence[Shift]:
    """Those of a team's planned shifts and times on call that are named, by their ids; none of a loan.

    Where they are locked they are read as they are now, whatever was read of them before.
    """
    wanted = select(Shift).where(
        col(Shift.team_id) == team_id,
        col(Shift.id).in_(shift_ids),
        col(Shift.loan_id).is_(None),
        col(Shift.kind).in_(VISITING),
        col(Shift.status) == ShiftStatus.PLANNED,
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return await tx.all(wanted.order_by(col(Shift.id)))


async def of_days(
    tx: Transaction, team_id: UUID, people: Collection[UUID], from_at: datetime, until_at: datetime
) -> Sequence[Shift]:
    """The planned shifts and times on call of these people in the team that begin between two instants."""
    wanted = select(Shift).where(
        col(Shift.team_id) == team_id,
        col(Shift.employee_id).in_(people),
        col(Shift.kind).in_(VISITING),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) >= from_at,
        col(Shift.starts_at) < until_at,
    )
    return await tx.all(wanted.order_by(col(Shift.starts_at), col(Shift.id)))


async def planned_from(
    tx: Transaction, team_id: UUID, employee_id: UUID, from_at: datetime, *, lock: bool = False
) -> Sequence[Shift]:
    """Whatever a team plans of somebody's time, of every kind but loans, that begins at this instant or later."""
    wanted = select(Shift).where(
        col(Shift.team_id) == team_id,
        col(Shift.employee_id) == employee_id,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) >= from_at,
        col(Shift.loan_id).is_(None),
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return await tx.all(wanted.order_by(col(Shift.id)))


async def whose(tx: Transaction, shift_id: UUID) -> UUID:
    """Whose shift it is, without a lock. Raises `NotFound`."""
    wanted = select(col(Shift.employee_id)).where(col(Shift.id) == shift_id, await tx.visible(Shift))
    found = await tx.all(wanted)
    if not found:
        raise NotFound("shift")
    who: UUID = found[0]
    return who


async def rotas(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> Sequence[Rota]:
    """The team's rotas that hold some day of these."""
    wanted = select(Rota).where(
        col(Rota.team_id) == team_id,
        col(Rota.from_on) <= to_on,
        col(Rota.to_on) >= from_on,
        col(Rota.state) != RotaState.WITHDRAWN,
    )
    return await tx.all(wanted.order_by(col(Rota.from_on)))


async def visits_between(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> Sequence[Any]:
    """Of each visit of these days: id, visitor, start, end, what skills and role its plan asks for, and the client."""
    wanted: Executable = (
        select(
            col(Visit.id),
            col(Visit.employee_id),
            col(Visit.starts_at),
            col(Visit.ends_at),
            col(VisitPlan.skills).label("skills"),
            col(VisitPlan.role).label("role"),
            col(Visit.client_id),
        )
        .outerjoin(VisitPlan, col(VisitPlan.id) == col(Visit.visit_plan_id))
        .where(
            col(Visit.team_id) == team_id,
            col(Visit.starts_at) >= midnight_in_england(from_on),
            col(Visit.starts_at) < midnight_after(to_on),
            col(Visit.status).not_in((VisitStatus.CANCELLED, VisitStatus.DONE)),
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return await tx.rows(wanted)


async def offers(tx: Transaction, open_shift_id: UUID) -> Sequence[OpenShiftOffer]:
    """In order of rank."""
    wanted = select(OpenShiftOffer).where(col(OpenShiftOffer.open_shift_id) == open_shift_id)
    return await tx.all(wanted.order_by(col(OpenShiftOffer.rank)))


async def extras(tx: Transaction, team_id: UUID, since: datetime) -> dict[UUID, int]:
    """How often each took an open shift of the team since then."""
    wanted = (
        select(col(OpenShift.taken_by), func.count())
        .where(col(OpenShift.team_id) == team_id, col(OpenShift.state) == "taken", col(OpenShift.taken_at) >= since)
        .group_by(col(OpenShift.taken_by))
    )
    return {row[0]: row[1] for row in await tx.rows(wanted)}


async def rota_ids(tx: Transaction, version_ids: Collection[UUID]) -> Sequence[UUID]:
    """The rotas that these are versions of."""
    return await tx.all(select(col(RotaVersion.rota_id)).where(col(RotaVersion.id).in_(version_ids)).distinct())
