"""Queries about one day of rounds: who is out, what they can do, and what is planned with whom."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.base import Channel
from services.roster.domain.known import CareTeam
from services.roster.domain.period import Period
from services.roster.domain.round_plan import RoundPlan
from services.roster.domain.shift import VISITING, Shift, ShiftStatus
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.visit_plan import VisitPlan
from services.roster.store import facts
from services.roster.store.of_team import of_team


async def shifts_of_day(tx: Transaction, team_id: UUID, day: date) -> Sequence[Shift]:
    """Those in which clients are visited, as far as they reach into this day; none that is off."""
    of = Period(day, day)
    wanted = select(Shift).where(
        col(Shift.team_id) == team_id,
        col(Shift.kind).in_(VISITING),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) < of.ends_at,
        col(Shift.ends_at) > of.starts_at,
    )
    return await tx.all(wanted.order_by(col(Shift.starts_at), col(Shift.id)))


async def plans(tx: Transaction, plan_ids: Collection[UUID]) -> dict[UUID, VisitPlan]:
    found = await tx.all(select(VisitPlan).where(col(VisitPlan.id).in_(plan_ids)))
    return {plan.id: plan for plan in found}


async def care_teams(
    tx: Transaction, team_id: UUID, client_ids: Collection[UUID], day: date
) -> dict[UUID, tuple[UUID, UUID]]:
    """By client, the named nurse and the deputy as of this day, of the newest episode."""
    wanted = facts.named_as_of(day).where(col(CareTeam.team_id) == team_id, col(CareTeam.client_id).in_(client_ids))
    found = await tx.rows(wanted.order_by(col(CareTeam.opened_on)))
    return {row.client_id: (row.named_nurse_id, row.deputy_id) for row in found}


async def of_day(tx: Transaction, *, team_id: UUID | None, day: date) -> Select[tuple[RoundPlan]]:
    """What was proposed for this day, and what was adopted."""
    return (await of_team(tx, RoundPlan, team_id)).where(col(RoundPlan.day_on) == day)


async def visits_locked(tx: Transaction, visit_ids: Collection[UUID]) -> dict[UUID, Visit]:
    """In one order, so that two who want the same never wait for each other."""
    wanted = select(Visit).where(col(Visit.id).in_(visit_ids)).order_by(col(Visit.id)).with_for_update()
    return {visit.id: visit for visit in await tx.all(wanted)}


async def visits_of(tx: Transaction, visit_ids: Collection[UUID]) -> dict[UUID, Visit]:
    """Those of the caller's teams."""
    wanted = select(Visit).where(col(Visit.id).in_(visit_ids), await tx.visible(Visit))
    return {visit.id: visit for visit in await tx.all(wanted)}


async def made_in_person(tx: Transaction, team_id: UUID, within: Period) -> Sequence[Visit]:
    """In the order in which they were planned to begin."""
    wanted = select(Visit).where(
        col(Visit.team_id) == team_id,
        col(Visit.starts_at) >= within.starts_at,
        col(Visit.starts_at) < within.ends_at,
        col(Visit.status) == VisitStatus.DONE,
        col(Visit.channel) == Channel.IN_PERSON,
    )
    return await tx.all(wanted.order_by(col(Visit.starts_at), col(Visit.id)))
