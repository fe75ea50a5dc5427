"""Lists of what is around the client, all asked for alike: by team or client, by state, and by what is due."""

from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.caseload.domain.due import Due
from services.common.db import Transaction, require_version
from services.common.models import TeamOwned

RowT = TypeVar("RowT", bound=TeamOwned)


async def listed(tx: Transaction, model: Any, *, due: Due | None = None, **equal: Any) -> Select[Any]:
    """The visible rows with these values, where one is asked for, as far as they are due."""
    wanted = select(model).where(await tx.visible(model))
    for name, value in equal.items():
        if value is not None:
            wanted = wanted.where(col(getattr(model, name)) == value)
    if due is None:
        return wanted
    if due is Due.WAITING:
        return wanted.where(col(model.due_on).is_not(None))
    last = tx.today if due is Due.DUE else tx.today - timedelta(days=1)
    return wanted.where(col(model.due_on) <= last)


async def for_change(tx: Transaction, model: type[RowT], row_id: UUID, if_match: int) -> RowT:
    """The row, locked, as the caller last read it. Raises `NotFound` or `PreconditionFailed`."""
    row = await tx.get(model, row_id, lock=True)
    require_version(row, if_match)
    return row
