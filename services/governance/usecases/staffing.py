"""Staffing: what roster tells of a team becomes an obstacle, so that somebody owns it and it goes higher by itself."""

from datetime import date, datetime, timedelta
from uuid import UUID

from uuid6 import uuid7

from services.common.db import Transaction
from services.common.rulebook import amounts
from services.common.types import day_in_england
from services.governance.domain.fact import LostTimeFact
from services.governance.domain.obstacle import NewObstacle, Obstacle
from services.governance.domain.rule import RuleCode
from services.governance.domain.staffing import (
    HAD_AT_LAST,
    KEPT_AGAIN,
    ended,
    floor_fallen,
    lost_together,
    rest_missed,
    time_lost,
)
from services.governance.store import facts, obstacles


async def floor_fell(
    tx: Transaction,
    alert_id: UUID,
    team_id: UUID,
    skill: str | None,
    week_on: date,
    figures: tuple[int, int],
    fallen_at: datetime,
) -> Obstacle:
    """A team will fall below its floor. One fall is one obstacle, however often and whenever it is heard of."""
    return await _once(tx, floor_fallen(alert_id, team_id, skill, week_on, figures, day_in_england(fallen_at)))


async def floor_is_kept(tx: Transaction, obstacle: Obstacle, restored_at: datetime) -> None:
    """It will not fall below it any more."""
    ended(obstacle, KEPT_AGAIN, day_in_england(restored_at), tx.now)


async def rest_is_overdue(
    tx: Transaction, rest_owed_id: UUID, team_id: UUID, figures: tuple[int, int], due_on: date, overdue_at: datetime
) -> Obstacle:
    """Rest that is owed was not had by its day. It is one obstacle, however often and whenever it is heard of."""
    return await _once(tx, rest_missed(rest_owed_id, team_id, figures, due_on, day_in_england(overdue_at)))


async def rest_is_settled(tx: Transaction, obstacle: Obstacle, settled_at: datetime) -> None:
    """It was had at last, or is owed no more. What is told late was settled no earlier than it was raised."""
    ended(obstacle, HAD_AT_LAST, max(day_in_england(settled_at), obstacle.raised_on), tx.now)


async def protected_time_lost(tx: Transaction, shift_id: UUID, team_id: UUID, starts_at: datetime) -> None:
    """Time away from the caseload was lost. Lost as often as the rule says, and not told of yet, the coach owns it."""
    await tx.take_turns(f"lost_time/{team_id}")
    await facts.keep(tx, LostTimeFact, shift_id, team_id, starts_at=starts_at)
    often, days = await amounts(tx, tx.today, RuleCode.TIME_LOST_TIMES, RuleCode.TIME_LOST_DAYS)
    within = timedelta(days=days)
    untold = await facts.lost_time_untold(tx, team_id, starts_at, within)
    together = lost_together([one.starts_at for one in untold], often, within)
    if together is None:
        return
    lost = untold[together]
    obstacle = _raised(tx, time_lost(uuid7(), team_id, len(lost), days))
    await tx.session.flush()
    for one in lost:
        one.obstacle_id, one.changed_at = obstacle.id, tx.now


async def _once(tx: Transaction, new: NewObstacle) -> Obstacle:
    await tx.take_turns(new.id)
    known = await obstacles.by_id(tx, new.id)
    return _raised(tx, new) if known is None else known


def _raised(tx: Transaction, new: NewObstacle) -> Obstacle:
    obstacle = Obstacle.raised(new, None, tx.today, tx.now)
    tx.add(obstacle)
    return obstacle
