"""Queries about time: the copies that events feed, and their sums by week."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from services.common.db import Transaction
from services.hr.domain.hours import ContactTime, RosteredShift, Week


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
