"""The rows of one team, or of all of the caller's: where every list begins."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.models import TeamOwned


async def of_team(tx: Transaction, model: type[TeamOwned], team_id: UUID | None) -> Select[Any]:
    """The visible rows, of one team where asked. Raises `NotFound` for a team that is not the caller's."""
    wanted = select(model).where(await tx.visible(model))
    if team_id is None:
        return wanted
    await tx.require_team(team_id)
    return wanted.where(col(model.team_id) == team_id)
