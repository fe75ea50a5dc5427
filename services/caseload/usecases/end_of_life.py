"""The end of life: the plan in its versions, and the syringe drivers that somebody has to look at in time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.end_of_life import EndOfLifeContent, EndOfLifePlan, EndOfLifeVersion, NewEndOfLifePlan
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.syringe_driver import (
    DriverState,
    NewCheck,
    NewSyringeDriver,
    Stopping,
    SyringeDriver,
    SyringeDriverCheck,
)
from services.caseload.store import end_of_life
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts

Plan = tuple[EndOfLifePlan, Sequence[EndOfLifeVersion]]
Driver = tuple[SyringeDriver, Sequence[SyringeDriverCheck]]


async def plan_end_of_life(tx: Transaction, new: NewEndOfLifePlan) -> Plan:
    """Write down what somebody wishes at the end of their life. Raises `AlreadyRecorded` where there is a plan."""
    client = await tx.get(Client, new.client_id)
    plan = EndOfLifePlan.begun(new, client, tx.now)
    tx.add(plan)
    await tx.session.flush()
    first = EndOfLifeVersion.of(plan, new, 1, tx.actor.employee_id, tx.now)
    tx.add(first)
    await tx.session.flush()
    return plan, [first]


async def amend_end_of_life_plan(tx: Transaction, plan_id: UUID, said: EndOfLifeContent, if_match: int) -> Plan:
    """Say it anew; what was said before stays to be read. Raises `PreconditionFailed`."""
    plan = await tx.get(EndOfLifePlan, plan_id, lock=True)
    require_version(plan, if_match)
    earlier = await end_of_life.versions(tx, plan.id)
    tx.add(EndOfLifeVersion.of(plan, said, earlier[0].number + 1, tx.actor.employee_id, tx.now))
    plan.changed_at = tx.now
    await tx.session.flush()
    return plan, await end_of_life.versions(tx, plan.id)


async def read_end_of_life_plan(tx: Transaction, plan_id: UUID) -> Plan:
    plan = await tx.get(EndOfLifePlan, plan_id)
    return plan, await end_of_life.versions(tx, plan.id)


async def end_of_life_plan_of(tx: Transaction, client_id: UUID) -> Plan:
    """The plan of this client. Raises `NotFound`."""
    await tx.get(Client, client_id)
    plan = await end_of_life.plan_of(tx, client_id)
    if plan is None:
        raise NotFound("end_of_life_plan")
    return plan, await end_of_life.versions(tx, plan.id)


async def set_up_driver(tx: Transaction, new: NewSyringeDriver) -> Driver:
    """A syringe driver is set up and looked at for the first time. Raises `NextCheckOutOfBounds`."""
    client = await tx.get(Client, new.client_id)
    driver = SyringeDriver.set_up(new, client, tx.now)
    return await _look(tx, driver, new.first_check)


async def check_driver(tx: Transaction, driver_id: UUID, check: NewCheck) -> Driver:
    """Somebody looked at a driver. Raises `DriverStopped` or `NextCheckOutOfBounds`."""
    return await _look(tx, await tx.get(SyringeDriver, driver_id, lock=True), check)


async def _look(tx: Transaction, driver: SyringeDriver, check: NewCheck) -> Driver:
    (most_hours,) = await amounts(tx, tx.today, RuleCode.DRIVER_CHECK_HOURS)
    driver.be_checked(check, most_hours, tx.now)
    tx.add(driver)
    await tx.session.flush()
    tx.add(SyringeDriverCheck.of(driver, check, tx.actor.employee_id))
    await tx.session.flush()
    return driver, await end_of_life.checks(tx, driver.id)


async def stop_driver(tx: Transaction, driver_id: UUID, stopping: Stopping, if_match: int) -> Driver:
    """The driver is taken down. Raises `PreconditionFailed` or `DriverStopped`."""
    driver = await tx.get(SyringeDriver, driver_id, lock=True)
    require_version(driver, if_match)
    driver.stop(stopping, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return driver, await end_of_life.checks(tx, driver.id)


async def read_driver(tx: Transaction, driver_id: UUID) -> Driver:
    driver = await tx.get(SyringeDriver, driver_id)
    return driver, await end_of_life.checks(tx, driver.id)


async def list_drivers(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, state: DriverState | None
) -> dict[str, Any]:
    return await page(tx, await end_of_life.drivers(tx, client_id=client_id, state=state), SyringeDriver, request)
