"""Queries about competence."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.hr.domain.competency import Competency


async def listed(tx: Transaction, **wanted: UUID | None) -> Select[Any]:
    """The visible ones, by the columns that were asked for."""
    asked = [col(getattr(Competency, name)) == value for name, value in wanted.items() if value is not None]
    return select(Competency).where(await tx.visible(Competency), *asked)
