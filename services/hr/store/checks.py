"""Queries about DBS checks and the clearance that follows from them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.hr.domain.clearance import Clearance
from services.hr.domain.dbs_check import UNDER_WAY, DbsCheck, WaitingOn


async def of_employee(tx: Transaction, employee_id: UUID) -> Sequence[DbsCheck]:
    """All checks of one person, oldest first."""
    mine = select(DbsCheck).where(col(DbsCheck.employee_id) == employee_id)
    return await tx.all(mine.order_by(col(DbsCheck.started_on), col(DbsCheck.id)))


async def is_under_way(tx: Transaction, employee_id: UUID) -> bool:
    return any(check.status in UNDER_WAY for check in await of_employee(tx, employee_id))


async def clearance(tx: Transaction, employee_id: UUID) -> Clearance | None:
    wanted = select(Clearance).where(col(Clearance.employee_id) == employee_id)
    return (await tx.session.execute(wanted)).scalar_one_or_none()


async def waiting(tx: Transaction, team_id: UUID, as_of: date, *, for_hr: bool) -> Select[Any]:
    """The team's checks that wait on somebody, and already did on this day, by the clock that the caller is told."""
    open_ones = select(DbsCheck).where(await tx.visible(DbsCheck), col(DbsCheck.team_id) == team_id)
    # What is told as waiting does wait, so both may walk the index of what waits.
    wait = open_ones.where(col(DbsCheck.waiting_on) != WaitingOn.NONE)
    if for_hr:
        return wait.where(col(DbsCheck.since_on) <= as_of)
    return wait.where(col(DbsCheck.told_waiting_on) != WaitingOn.NONE, col(DbsCheck.told_since_on) <= as_of)
