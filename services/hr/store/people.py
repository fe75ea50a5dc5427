"""Queries about employees and their membership of teams."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.errors import NotFound
from services.hr.domain.employee import Employee, UnknownEmployee
from services.hr.domain.team_membership import TeamMembership


async def known(tx: Transaction, employee_id: UUID, *, lock: bool = False) -> Employee:
    """The employee named in a body. Raises `UnknownEmployee`."""
    try:
        employee: Employee = await tx.get(Employee, employee_id, lock=lock)
    except NotFound as error:
        raise UnknownEmployee from error
    return employee


def employees() -> Select[Any]:
    return select(Employee)


async def by_id(tx: Transaction, employee_ids: Iterable[UUID]) -> dict[UUID, Employee]:
    found = await tx.all(select(Employee).where(col(Employee.id).in_(set(employee_ids))))
    return {employee.id: employee for employee in found}


async def memberships(tx: Transaction, team_id: UUID) -> Sequence[TeamMembership]:
    """All memberships of the team, past and to come."""
    mine = select(TeamMembership).where(await tx.visible(TeamMembership), col(TeamMembership.team_id) == team_id)
    return await tx.all(mine.order_by(col(TeamMembership.id)))


async def memberships_of(tx: Transaction, employee_id: UUID) -> Sequence[TeamMembership]:
    """All memberships of one employee, past and to come."""
    theirs = select(TeamMembership).where(await tx.visible(TeamMembership))
    return await tx.all(theirs.where(col(TeamMembership.employee_id) == employee_id).order_by(col(TeamMembership.id)))


async def members(tx: Transaction, team_id: UUID, on: date) -> Select[Any]:
    """The memberships of the team that hold on this day."""
    mine = select(TeamMembership).where(await tx.visible(TeamMembership), col(TeamMembership.team_id) == team_id)
    stays = or_(col(TeamMembership.until_on).is_(None), col(TeamMembership.until_on) >= on)
    return mine.where(col(TeamMembership.from_on) <= on, stays)


async def count(tx: Transaction, wanted: Select[Any]) -> int:
    counted: int = (await tx.session.execute(select(func.count()).select_from(wanted.subquery()))).scalar_one()
    return counted
