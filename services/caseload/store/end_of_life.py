"""Queries about end-of-life plans and syringe drivers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.caseload.domain.end_of_life import EndOfLifePlan, EndOfLifeVersion
from services.caseload.domain.syringe_driver import DriverState, SyringeDriver, SyringeDriverCheck
from services.common.db import Transaction


async def plan_of(tx: Transaction, client_id: UUID) -> EndOfLifePlan | None:
    """The plan of a client whom the caller may read."""
    wanted = select(EndOfLifePlan).where(col(EndOfLifePlan.client_id) == client_id)
    found: EndOfLifePlan | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def versions(tx: Transaction, plan_id: UUID) -> Sequence[EndOfLifeVersion]:
    """All that the plan has said, newest first."""
    wanted = select(EndOfLifeVersion).where(col(EndOfLifeVersion.end_of_life_plan_id) == plan_id)
    return await tx.all(wanted.order_by(col(EndOfLifeVersion.number).desc()))


async def current_of(tx: Transaction, client_id: UUID) -> EndOfLifeVersion | None:
    """What the client's plan says now."""
    of_client = select(EndOfLifeVersion).join(
        EndOfLifePlan, col(EndOfLifePlan.id) == col(EndOfLifeVersion.end_of_life_plan_id)
    )
    mine = of_client.where(col(EndOfLifePlan.client_id) == client_id)
    found = await tx.all(mine.order_by(col(EndOfLifeVersion.number).desc()).limit(1))
    return found[0] if found else None


async def drivers(tx: Transaction, *, client_id: UUID | None, state: DriverState | None) -> Select[Any]:
    """The drivers of the caller's teams. Those that run and were not looked at in time are overdue."""
    wanted = select(SyringeDriver).where(await tx.visible(SyringeDriver))
    if client_id is not None:
        wanted = wanted.where(col(SyringeDriver.client_id) == client_id)
    stopped = col(SyringeDriver.stopped_at).is_not(None)
    if state is DriverState.OVERDUE:
        return wanted.where(~stopped, col(SyringeDriver.next_due_at) < tx.now)
    return wanted if state is None else wanted.where(stopped if state is DriverState.STOPPED else ~stopped)


async def running_of(tx: Transaction, client_id: UUID) -> Sequence[SyringeDriver]:
    running = select(SyringeDriver).where(
        col(SyringeDriver.client_id) == client_id, col(SyringeDriver.stopped_at).is_(None)
    )
    return await tx.all(running.order_by(col(SyringeDriver.id)))


async def checks(tx: Transaction, *driver_ids: UUID) -> Sequence[SyringeDriverCheck]:
    """Every look at these drivers, newest first."""
    wanted = select(SyringeDriverCheck).where(col(SyringeDriverCheck.syringe_driver_id).in_(driver_ids))
    return await tx.all(wanted.order_by(col(SyringeDriverCheck.checked_at).desc(), col(SyringeDriverCheck.id).desc()))
