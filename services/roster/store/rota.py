"""Queries about shifts, visit plans and visits, and about the people who make them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlmodel import col

from services.common import membership
from services.common.db import Transaction
from services.common.models import TeamOwned
from services.common.types import day_in_england
from services.roster.domain.known import Clearance
from services.roster.domain.period import Period
from services.roster.domain.presence import Presence
from services.roster.domain.shift import VISITING, Shift
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.visit_plan import VisitPlan


async def of_team(tx: Transaction, model: type[TeamOwned], team_id: UUID | None) -> Select[Any]:
    """The visible rows, of one team where asked. Raises `NotFound` for a team that is not the caller's."""
    wanted = select(model).where(await tx.visible(model))
    if team_id is None:
        return wanted
    await tx.require_team(team_id)
    return wanted.where(col(model.team_id) == team_id)


async def visits_of_day(
    tx: Transaction, *, team_id: UUID | None, on: date, employee_id: UUID | None
) -> Sequence[Visit]:
    """The visits that start on this day in England, in order; of one person also those where they come along."""
    day = Period(on, on)
    wanted = await of_team(tx, Visit, team_id)
    wanted = wanted.where(col(Visit.starts_at) >= day.starts_at, col(Visit.starts_at) < day.ends_at)
    if employee_id is not None:
        wanted = wanted.where(or_(col(Visit.employee_id) == employee_id, col(Visit.accompanied_by) == employee_id))
    return await tx.all(wanted.order_by(col(Visit.starts_at), col(Visit.id)))


async def visit_of(tx: Transaction, visit_id: UUID, *, team_id: UUID, client_id: UUID) -> Visit | None:
    """This visit, locked, if it is one of this team to this client."""
    wanted = select(Visit).where(
        col(Visit.id) == visit_id, col(Visit.team_id) == team_id, col(Visit.client_id) == client_id
    )
    found: Visit | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found


async def visits_to_come(tx: Transaction, team_id: UUID, client_id: UUID) -> Sequence[Visit]:
    """What this team has planned with this client from now on, locked."""
    wanted = select(Visit).where(
        col(Visit.team_id) == team_id,
        col(Visit.client_id) == client_id,
        col(Visit.status) == VisitStatus.PLANNED,
        col(Visit.starts_at) > tx.now,
    )
    return await tx.all(wanted.order_by(col(Visit.id)).with_for_update())


async def standing_plans(tx: Transaction, team_id: UUID, client_id: UUID, on: date) -> Sequence[VisitPlan]:
    """This team's standing plans for this client that hold after this day, locked."""
    wanted = select(VisitPlan).where(
        col(VisitPlan.team_id) == team_id,
        col(VisitPlan.client_id) == client_id,
        or_(col(VisitPlan.until_on).is_(None), col(VisitPlan.until_on) > on),
    )
    return await tx.all(wanted.order_by(col(VisitPlan.id)).with_for_update())


async def presences(
    tx: Transaction, team_id: UUID, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> dict[UUID, Presence]:
    """What is known of each of these people for this time: three statements, however many they are."""
    on = day_in_england(starts_at)
    known = await membership.members(tx, team_id, on)
    cleared = await _clearances(tx, people, on)
    shifts = await _shifts_around(tx, team_id, people, starts_at, ends_at)
    return {
        one: Presence(
            employee_id=one,
            is_member=one in known,
            is_on_shift=one in shifts,
            is_supervised=all(shifts.get(one, [])),
            cleared=cleared.get(one),
        )
        for one in people
    }


async def _clearances(tx: Transaction, people: Sequence[UUID], on: date) -> dict[UUID, bool]:
    """Hr's newest word on each that counts on this day, so that one taken back from an earlier day is taken back."""
    words = select(col(Clearance.employee_id), col(Clearance.may_visit_alone)).where(
        col(Clearance.employee_id).in_(people), col(Clearance.since_on) <= on
    )
    return {row[0]: row[1] for row in await tx.rows(words.order_by(col(Clearance.version)))}


async def _shifts_around(
    tx: Transaction, team_id: UUID, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> dict[UUID, list[bool]]:
    """Of each of these people the shifts that hold the whole of this time: whether they are supervised ones."""
    wanted = select(col(Shift.employee_id), col(Shift.supervised_only)).where(
        col(Shift.team_id) == team_id,
        col(Shift.employee_id).in_(people),
        col(Shift.kind).in_(VISITING),
        col(Shift.starts_at) <= starts_at,
        col(Shift.ends_at) >= ends_at,
    )
    found: dict[UUID, list[bool]] = {}
    for employee_id, supervised in await tx.rows(wanted):
        found.setdefault(employee_id, []).append(supervised)
    return found
