"""Queries about decisions, positions, and who is in the team."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlmodel import col

from services.common.db import Transaction
from services.governance.domain.decision import Decision, DecisionStatus
from services.governance.domain.position import Position, PositionTaken


async def listed(tx: Transaction, *, team_id: UUID | None, status: str | None, needs_me: bool) -> Select[Any]:
    """The visible decisions; with `needs_me`, the open ones on which the caller has taken no position."""
    wanted = select(Decision).where(await tx.visible(Decision))
    if team_id is not None:
        wanted = wanted.where(col(Decision.team_id) == team_id)
    if status is not None:
        wanted = wanted.where(col(Decision.status) == status)
    if needs_me:
        mine = (col(Position.decision_id) == col(Decision.id)) & (col(Position.employee_id) == tx.actor.employee_id)
        wanted = wanted.where(col(Decision.status) == DecisionStatus.PROPOSED, ~exists().where(mine))
    return wanted


async def find(tx: Transaction, decision_id: UUID) -> Decision | None:
    return await tx.session.get(Decision, decision_id)


async def positions(tx: Transaction, decision_id: UUID) -> Sequence[Position]:
    wanted = select(Position).where(col(Position.decision_id) == decision_id)
    return await tx.all(wanted.order_by(col(Position.taken_at), col(Position.employee_id)))


async def history(tx: Transaction, decision_id: UUID) -> Sequence[PositionTaken]:
    """Every position ever taken on a decision, oldest first."""
    wanted = select(PositionTaken).where(col(PositionTaken.decision_id) == decision_id)
    return await tx.all(wanted.order_by(col(PositionTaken.id)))


async def position_of(tx: Transaction, decision_id: UUID, employee_id: UUID) -> Position | None:
    return await tx.session.get(Position, (decision_id, employee_id))
