"""Queries about ground rules."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.governance.domain.ground_rule import GroundRule


async def in_force(tx: Transaction, team_id: UUID) -> Sequence[GroundRule]:
    wanted = select(GroundRule).where(col(GroundRule.team_id) == team_id, col(GroundRule.replaced_on).is_(None))
    return await tx.all(wanted.order_by(col(GroundRule.place)))


async def listed(tx: Transaction, *, team_id: UUID | None, in_force: bool) -> Select[Any]:
    """The visible rules in force, or those that were replaced."""
    ended = col(GroundRule.replaced_on)
    wanted = select(GroundRule).where(await tx.visible(GroundRule), ended.is_(None) if in_force else ended.is_not(None))
    return wanted if team_id is None else wanted.where(col(GroundRule.team_id) == team_id)
