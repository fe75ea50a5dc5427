"""Queries about contracts: listed, ending, and the minutes agreed for a week."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.common.db import Transaction
from services.hr.domain.contract import Contract, ContractKind


async def listed(tx: Transaction, *, team_id: UUID | None, employee_id: UUID | None) -> Select[Any]:
    wanted = select(Contract).where(await tx.visible(Contract))
    if team_id is not None:
        wanted = wanted.where(col(Contract.team_id) == team_id)
    return wanted if employee_id is None else wanted.where(col(Contract.employee_id) == employee_id)


async def ending(tx: Transaction, team_id: UUID, first: date, last: date) -> Select[Any]:
    """Contracts of the team whose last day lies between these two, unless another contract goes on from there.

    A bank contract is no work that somebody can count on, so it follows nothing.
    """
    later = aliased(Contract)
    follows = select(col(later.id)).where(
        col(later.employee_id) == col(Contract.employee_id),
        col(later.team_id) == col(Contract.team_id),
        col(later.kind) != ContractKind.BANK,
        col(later.from_on) <= col(Contract.until_on) + 1,
        or_(col(later.until_on).is_(None), col(later.until_on) > col(Contract.until_on)),
    )
    wanted = (await listed(tx, team_id=team_id, employee_id=None)).where(col(Contract.until_on).between(first, last))
    return wanted.where(~follows.exists())


async def goes_on(tx: Transaction, ended: Contract, last_on: date) -> bool:
    """Whether the same person has another contract with the team that is in force on the day after this one."""
    other = select(col(Contract.id)).where(
        col(Contract.id) != ended.id,
        col(Contract.employee_id) == ended.employee_id,
        col(Contract.team_id) == ended.team_id,
        col(Contract.from_on) <= last_on + timedelta(days=1),
        or_(col(Contract.until_on).is_(None), col(Contract.until_on) > last_on),
    )
    return bool(await tx.all(other.limit(1)))


async def minutes_by_employee(tx: Transaction, team_id: UUID, monday: date) -> dict[UUID, int]:
    """Contracted minutes of one week: a contract in force on its Monday counts whole, another not at all."""
    runs = or_(col(Contract.until_on).is_(None), col(Contract.until_on) >= monday)
    minutes = func.sum(col(Contract.minutes_per_week))
    wanted = select(col(Contract.employee_id), minutes).where(col(Contract.team_id) == team_id)
    in_force = wanted.where(col(Contract.from_on) <= monday, runs).group_by(col(Contract.employee_id))
    return {employee_id: int(total) for employee_id, total in await tx.rows(in_force)}
