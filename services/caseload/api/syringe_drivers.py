"""Syringe drivers: set up, looked at, taken down; and those that nobody looked at in time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.summary_shapes import CheckShape
from services.caseload.domain.syringe_driver import DriverState, NewCheck, NewSyringeDriver, Stopping, SyringeDriver
from services.common.db import Transaction
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["end of life"])


class DriverShape(Answer):
    id: UUID
    client_id: UUID
    team_id: UUID
    version: int
    medicines: str
    started_at: datetime
    last_checked_at: datetime
    next_due_at: datetime
    overdue: bool
    stopped_at: datetime | None
    stopped_reason: str | None


class WholeDriver(DriverShape):
    """With every look at it, newest first."""

    checks: list[CheckShape]


def _told(driver: SyringeDriver, tx: Transaction) -> dict[str, Any]:
    return {**driver.model_dump(), "overdue": driver.is_overdue(tx.now)}


def _whole(tx: Transaction, made: Any, response: Response) -> dict[str, Any]:
    driver, checks = made
    etag(response, driver)
    return {**_told(driver, tx), "checks": checks}


@router.post("/syringe-drivers", status_code=201, response_model=WholeDriver)
async def set_up_driver(tx: ByNurse, body: NewSyringeDriver, response: Response) -> object:
    """A syringe driver is set up, and looked at for the first time."""
    return _whole(tx, await usecases.set_up_driver(tx, body), response)


@router.get("/syringe-drivers", response_model=Page[DriverShape])
async def list_drivers(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, state: DriverState | None = None
) -> object:
    """The drivers of the caller's teams; `state=overdue` are those that nobody looked at in time."""
    found = await usecases.list_drivers(tx, page, client_id=client_id, state=state)
    return {**found, "items": [_told(driver, tx) for driver in found["items"]]}


@router.get("/syringe-drivers/{syringe_driver_id}", response_model=WholeDriver)
async def read_driver(tx: ByNurseReading, syringe_driver_id: UUID, response: Response) -> object:
    """One driver with every look at it."""
    return _whole(tx, await usecases.read_driver(tx, syringe_driver_id), response)


@router.post("/syringe-drivers/{syringe_driver_id}/checks", status_code=201, response_model=WholeDriver)
async def check_driver(tx: ByNurse, syringe_driver_id: UUID, body: NewCheck, response: Response) -> object:
    """Somebody looked at the driver: where it sits, how fast it runs, what is left, and when to look again."""
    return _whole(tx, await usecases.check_driver(tx, syringe_driver_id, body), response)


@router.post("/syringe-drivers/{syringe_driver_id}/stop", response_model=WholeDriver)
async def stop_driver(
    tx: ByNurse, syringe_driver_id: UUID, body: Stopping, version: IfMatch, response: Response
) -> object:
    """The driver is taken down."""
    return _whole(tx, await usecases.stop_driver(tx, syringe_driver_id, body, version), response)
