"""Queries about obstacles."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.governance.domain.obstacle import Obstacle


async def by_id(tx: Transaction, obstacle_id: UUID) -> Obstacle | None:
    """It, locked, if it was raised."""
    found = await tx.all(select(Obstacle).where(col(Obstacle.id) == obstacle_id).with_for_update())
    return found[0] if found else None


async def listed(tx: Transaction, *, team_id: UUID | None, as_of: date, is_open: bool | None) -> Select[Any]:
    """The visible obstacles raised by that day, and open or closed on it where asked."""
    wanted = select(Obstacle).where(await tx.visible(Obstacle), col(Obstacle.raised_on) <= as_of)
    if team_id is not None:
        wanted = wanted.where(col(Obstacle.team_id) == team_id)
    if is_open is None:
        return wanted
    return wanted.where(_is_open(as_of) if is_open else col(Obstacle.closed_on) <= as_of)


def _is_open(as_of: date) -> ColumnElement[bool]:
    return or_(col(Obstacle.closed_on).is_(None), col(Obstacle.closed_on) > as_of)


async def open_by_tag(tx: Transaction, team_id: UUID, as_of: date) -> Sequence[Any]:
    """How many obstacles were open on that day, by tag and the day they were raised."""
    count = func.count().label("obstacles")
    wanted = select(col(Obstacle.tag), col(Obstacle.raised_on), count).where(
        col(Obstacle.team_id) == team_id, col(Obstacle.raised_on) <= as_of, _is_open(as_of)
    )
    return await tx.rows(wanted.group_by(col(Obstacle.tag), col(Obstacle.raised_on)))
