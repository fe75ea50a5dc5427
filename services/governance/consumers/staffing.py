"""What roster tells of a team's staffing, of its protected time and of the rest that it owes."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.common.db import Transaction
from services.common.inbox import Subscription
from services.governance import usecases
from services.governance.domain.obstacle import Obstacle


class FallenFloor(BaseModel):
    floor_alert_id: UUID
    team_id: UUID
    skill: str | None
    week_on: date
    have: int
    need: int
    fallen_at: AwareDatetime


class RestoredFloor(FallenFloor):
    restored_at: AwareDatetime


class LostProtectedTime(BaseModel):
    shift_id: UUID
    team_id: UUID
    starts_at: AwareDatetime


class OverdueRest(BaseModel):
    rest_owed_id: UUID
    team_id: UUID
    minutes: int
    taken_minutes: int
    due_on: date
    overdue_at: AwareDatetime


class SettledRest(OverdueRest):
    settled_at: AwareDatetime


async def floor_fell(tx: Transaction, fact: FallenFloor) -> Obstacle:
    about = (fact.floor_alert_id, fact.team_id, fact.skill, fact.week_on)
    return await usecases.floor_fell(tx, *about, (fact.have, fact.need), fact.fallen_at)


async def floor_fallen(tx: Transaction, fact: FallenFloor) -> None:
    await floor_fell(tx, fact)


async def floor_restored(tx: Transaction, fact: RestoredFloor) -> None:
    """Heard of before the fall itself, it tells of both."""
    await usecases.floor_is_kept(tx, await floor_fell(tx, fact), fact.restored_at)


async def protected_time_lost(tx: Transaction, fact: LostProtectedTime) -> None:
    await usecases.protected_time_lost(tx, **fact.model_dump())


async def rest_was_missed(tx: Transaction, fact: OverdueRest) -> Obstacle:
    about = (fact.rest_owed_id, fact.team_id, (fact.taken_minutes, fact.minutes), fact.due_on)
    return await usecases.rest_is_overdue(tx, *about, fact.overdue_at)


async def rest_overdue(tx: Transaction, fact: OverdueRest) -> None:
    await rest_was_missed(tx, fact)


async def rest_settled(tx: Transaction, fact: SettledRest) -> None:
    """Heard of before it was overdue, it tells of both."""
    await usecases.rest_is_settled(tx, await rest_was_missed(tx, fact), fact.settled_at)


SUBSCRIPTIONS = (
    Subscription("roster.floor.fallen.v1", FallenFloor, floor_fallen, one_by_one=True),
    Subscription("roster.floor.restored.v1", RestoredFloor, floor_restored, one_by_one=True),
    Subscription("roster.protected_time.lost.v1", LostProtectedTime, protected_time_lost, one_by_one=True),
    Subscription("roster.rest.overdue.v1", OverdueRest, rest_overdue, one_by_one=True),
    Subscription("roster.rest.settled.v1", SettledRest, rest_settled, one_by_one=True),
)
