"""Which devices have work that is not sent, how old it is, and what may be lost: counts and ages, no content."""

from typing import Any
from uuid import UUID

from services.caseload.domain.rule import RuleCode
from services.caseload.domain.sync_device import SyncDevice
from services.caseload.store import sync_figures as store
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def list_devices(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    """Those from which somebody of the caller's teams pushed last."""
    return await page(tx, store.devices(await tx.teams()), SyncDevice, request)


async def declare_lost(tx: Transaction, device_id: UUID) -> SyncDevice:
    """It is lost, and what it had not sent may be lost with it; if it ever pushes, it is found. Raises `NotFound`."""
    device = await store.device(tx, device_id, await tx.teams(), lock=True)
    if device is None:
        raise NotFound("sync_device")
    if device.lost_at is None:
        device.lost_at, device.lost_by = tx.now, tx.actor.employee_id
    return device


async def sync_status(tx: Transaction, device_id: UUID) -> dict[str, Any]:
    """What the server has of this device, and what waits for the caller. One that never pushed is at 0, and so is
    another team's."""
    device = await store.device(tx, device_id, await tx.teams())
    waiting = await store.waiting_for(tx, tx.actor.employee_id)
    return {
        "through": device.through if device else 0,
        "unsent": device.unsent if device else 0,
        "pushed_at": device.pushed_at if device else None,
        "clock_off_seconds": device.clock_off_seconds if device else 0,
        **waiting,
    }


async def sync_figures(tx: Transaction) -> dict[str, Any]:
    """Over all teams, so that no figure is anybody's."""
    seconds, hours = await amounts(tx, tx.today, RuleCode.CLOCK_OFF, RuleCode.SYNC_SILENT)
    return await store.figures(tx, seconds, hours)
