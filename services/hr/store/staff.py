"""Queries for the staff file: who has a contract and who belongs to a team on a day, and what changed since."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import day_in_england
from services.hr.domain.contract import Contract
from services.hr.domain.employee import Employee
from services.hr.domain.team_membership import TeamMembership

MOST_AT_ONCE = 200


async def contracts(
    tx: Transaction, day: date, since: datetime | None, after: UUID | None
) -> Sequence[tuple[Contract, Employee]]:
    """The next contracts in the order of their ids, with whose they are: those in force on the day, or, since an
    instant, those that changed, began or ended, whether they are in force or not."""
    wanted = select(Contract, Employee).join(Employee, col(Employee.id) == col(Contract.employee_id))
    meant = _on(Contract, day) if since is None else _changed(day, since)
    wanted = wanted.where(await tx.visible(Contract), meant)
    wanted = wanted if after is None else wanted.where(col(Contract.id) > after)
    found = await tx.rows(wanted.order_by(col(Contract.id)).limit(MOST_AT_ONCE))
    return [(row[0], row[1]) for row in found]


def _changed(day: date, since: datetime) -> ColumnElement[bool]:
    first = day_in_england(since)
    moved = select(col(TeamMembership.id)).where(
        col(TeamMembership.employee_id) == col(Contract.employee_id),
        col(TeamMembership.team_id) == col(Contract.team_id),
        col(TeamMembership.changed_at) >= since,
    )
    return or_(
        col(Contract.changed_at) >= since,
        col(Employee.changed_at) >= since,
        col(Contract.from_on).between(first, day),
        col(Contract.until_on).between(first - timedelta(days=1), day),
        moved.exists(),
    )


async def memberships(tx: Transaction, employee_ids: Collection[UUID]) -> Sequence[TeamMembership]:
    """Where these people belong, or have belonged."""
    theirs = col(TeamMembership.employee_id).in_(employee_ids)
    return await tx.all(select(TeamMembership).where(await tx.visible(TeamMembership), theirs))


async def members_without_contract(tx: Transaction, day: date) -> Sequence[TeamMembership]:
    """Those who belong to a team on this day and have no contract with it then."""
    theirs = select(col(Contract.id)).where(
        col(Contract.employee_id) == col(TeamMembership.employee_id),
        col(Contract.team_id) == col(TeamMembership.team_id),
        _on(Contract, day),
    )
    wanted = select(TeamMembership).where(await tx.visible(TeamMembership), _on(TeamMembership, day))
    return await tx.all(wanted.where(~theirs.exists()).order_by(col(TeamMembership.id)))


def _on(model: Any, day: date) -> ColumnElement[bool]:
    return and_(col(model.from_on) <= day, or_(col(model.until_on).is_(None), col(model.until_on) >= day))
