"""Queries about complaints and compliments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.governance.domain.complaint import Complaint


async def listed(tx: Transaction, *, team_id: UUID | None, status: str | None) -> Select[Any]:
    wanted = select(Complaint).where(await tx.visible(Complaint))
    if team_id is not None:
        wanted = wanted.where(col(Complaint.team_id) == team_id)
    return wanted if status is None else wanted.where(col(Complaint.status) == status)


async def of_team(tx: Transaction, team_id: UUID) -> Sequence[Complaint]:
    return await tx.all(select(Complaint).where(col(Complaint.team_id) == team_id))
