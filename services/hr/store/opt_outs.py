"""Queries about opting out of the 48 hours."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.hr.domain.opt_out import OptOut


async def listed(tx: Transaction, **wanted: UUID | None) -> Select[Any]:
    """The visible ones, by the columns that were asked for."""
    asked = [col(getattr(OptOut, name)) == value for name, value in wanted.items() if value is not None]
    return select(OptOut).where(await tx.visible(OptOut), *asked)
