"""What one team lets another see, and acting for another team where a rule of ours says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.capacity_share import CapacityShare


async def of_both(tx: Transaction) -> Select[Any]:
    """What the caller's teams share, and what is shared with them."""
    teams = await tx.teams()
    return select(CapacityShare).where(
        or_(col(CapacityShare.team_id).in_(teams), col(CapacityShare.with_team_id).in_(teams))
    )


async def is_shared(tx: Transaction, team_id: UUID) -> bool:
    """Whether this team shares its weeks ahead today with a team of the caller's."""
    wanted = select(col(CapacityShare.id)).where(
        col(CapacityShare.team_id) == team_id,
        col(CapacityShare.with_team_id).in_(await tx.teams()),
        col(CapacityShare.from_on) <= tx.today,
        or_(col(CapacityShare.ended_on).is_(None), col(CapacityShare.ended_on) > tx.today),
    )
    return bool(await tx.all(wanted.limit(1)))


@asynccontextmanager
async def acting_for(tx: Transaction, team_id: UUID) -> AsyncIterator[None]:
    """The rows of this team are there beside those of the caller's own, until the block ends (ADR 19)."""
    teams = await tx.teams()
    await _act_for(tx, teams | {team_id})
    yield
    await _act_for(tx, teams)


async def _act_for(tx: Transaction, teams: frozenset[UUID]) -> None:
    await tx.session.flush()
    told = "{" + ",".join(sorted(map(str, teams))) + "}"
    await tx.session.execute(select(func.set_config("app.teams", told, True)))
