"""Obstacles: raised by the team or those around it, moved on by whoever owns them, and escalated by the calendar."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import rule_in_force
from services.common.working_days import working_days
from services.governance.domain.obstacle import (
    Clock,
    Escalation,
    NewObstacle,
    Obstacle,
    ObstacleTag,
    Progress,
    Thresholds,
    escalation,
)
from services.governance.domain.rule import RuleCode
from services.governance.store import obstacles

Timed = tuple[Obstacle, Clock]


async def raise_obstacle(tx: Transaction, new: NewObstacle) -> Timed:
    """Something holds the team up. Raises `NotFound` for another team, or `RaisedInTheFuture`."""
    await tx.require_team(new.team_id)
    obstacle = Obstacle.raised(new, tx.actor.employee_id, tx.today, tx.now)
    tx.add(obstacle)
    await tx.session.flush()
    return obstacle, await _clock(tx, obstacle)


async def read_obstacle(tx: Transaction, obstacle_id: UUID) -> Timed:
    obstacle = await tx.get(Obstacle, obstacle_id)
    return obstacle, await _clock(tx, obstacle)


async def progress_obstacle(tx: Transaction, obstacle_id: UUID, made: Progress, if_match: int) -> Timed:
    """Somebody owns it, works on it, removed it or cannot; made on the version the caller last read.

    Raises `PreconditionFailed`, `ObstacleAlreadyClosed`, `OwnerNeeded` or `OutcomeNeeded`.
    """
    obstacle = await tx.get(Obstacle, obstacle_id, lock=True)
    require_version(obstacle, if_match)
    obstacle.progress(made, tx.today, tx.now)
    await tx.session.flush()
    return obstacle, await _clock(tx, obstacle)


async def list_obstacles(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, as_of: date | None, is_open: bool | None
) -> dict[str, Any]:
    """The obstacles raised by a day, each with its age on that day and where that puts it."""
    day = as_of or tx.today
    thresholds = await _thresholds(tx, day)
    wanted = await obstacles.listed(tx, team_id=team_id, as_of=day, is_open=is_open)
    found = await page(tx, wanted, Obstacle, request)
    return {**found, "items": [(obstacle, obstacle.clock(day, thresholds)) for obstacle in found["items"]]}


async def count_obstacles(tx: Transaction, *, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """How many are open, by tag and by how high they stand. Raises `NotFound` for another team."""
    await tx.require_team(team_id)
    day = as_of or tx.today
    thresholds = await _thresholds(tx, day)
    by_tag: Counter[str] = Counter()
    by_escalation: Counter[str] = Counter()
    oldest = 0
    for tag, raised_on, count in await obstacles.open_by_tag(tx, team_id, day):
        age = working_days(raised_on, day)
        by_tag[tag] += count
        by_escalation[escalation(age, thresholds)] += count
        oldest = max(oldest, age)
    return {
        "team_id": team_id,
        "as_of": day,
        "open": by_tag.total(),
        "by_tag": {tag: by_tag[tag] for tag in ObstacleTag},
        "by_escalation": {level: by_escalation[level] for level in Escalation},
        "oldest_working_days": oldest,
    }


async def _clock(tx: Transaction, obstacle: Obstacle) -> Clock:
    return obstacle.clock(tx.today, await _thresholds(tx, tx.today))


async def _thresholds(tx: Transaction, day: date) -> Thresholds:
    working_group = await rule_in_force(tx, RuleCode.OBSTACLE_TO_WORKING_GROUP, day)
    steering_group = await rule_in_force(tx, RuleCode.OBSTACLE_TO_STEERING_GROUP, day)
    return Thresholds(working_group.amount, steering_group.amount)
