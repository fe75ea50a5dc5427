"""Queries about time: the copies that events feed, and their sums by week."""

from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col

from services.common.db import Transaction
from services.hr.domain.hours import ContactTime, RosteredShift, Week


async def keep_newest(tx: Transaction, model: type[SQLModel], values: dict[str, Any]) -> None:
    """Keep the newest state of one thing by its owner's id; an older event that arrives late changes nothing."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    new = insert(table).values(**values, version=tx.event_version)
    replaced = {column.name: new.excluded[column.name] for column in table.c if not column.primary_key}
    newest = new.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_=replaced,
        where=table.c.version < new.excluded.version,
    )
    await tx.session.execute(newest)


async def rostered_by_employee(tx: Transaction, team_id: UUID, week: Week) -> dict[UUID, int]:
    starts_at = col(RosteredShift.starts_at)
    wanted = select(col(RosteredShift.employee_id), func.sum(col(RosteredShift.minutes)))
    mine = wanted.where(
        col(RosteredShift.team_id) == team_id, starts_at >= week.starts_at, starts_at < week.ends_at
    ).group_by(col(RosteredShift.employee_id))
    return {employee_id: int(total) for employee_id, total in await tx.rows(mine)}


async def contact_by_employee(tx: Transaction, team_id: UUID, week: Week) -> dict[UUID, int]:
    wanted = select(col(ContactTime.employee_id), func.sum(col(ContactTime.minutes)))
    mine = wanted.where(
        col(ContactTime.team_id) == team_id, col(ContactTime.contact_on).between(week.monday, week.sunday)
    ).group_by(col(ContactTime.employee_id))
    return {employee_id: int(total) for employee_id, total in await tx.rows(mine)}
