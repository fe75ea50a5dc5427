"""Devices over HTTP: what waits on them and for whom, as counts and ages; never what was written."""

from datetime import datetime
from uuid import UUID

from services.caseload.api.callers import ByOpsOrHeatshield
from services.caseload.domain.sync_device import LostDevice
from services.caseload.usecases import sync
from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["offline"])


class DeviceShape(Answer):
    """One device as it last reported: how much it had not sent, since when, and by how much its clock was off."""

    id: UUID
    through: int
    unsent: int
    oldest_unsent_at: datetime | None
    pushed_at: datetime
    pushed_by: UUID
    clock_off_seconds: int
    lost_at: datetime | None
    lost_by: UUID | None


class StatusShape(Answer):
    """For the app: what the server has of its queue, and what waits for whoever is signed in.

    `for_review` is what they did or what is kept for them; `for_review_in_team` is all that waits for a look by
    somebody of their teams, whoever did it.
    """

    through: int
    unsent: int
    pushed_at: datetime | None
    clock_off_seconds: int
    conflicts_open: int
    for_review: int
    for_review_in_team: int
    refused_or_kept_aside: int


class SyncFigures(Answer):
    """Over all teams. `may_be_lost` is what lost devices had not sent when they last reported. A device is silent that
    had work to send and has not pushed since, for the hours of `sync.silent_hours`; what is lost is not silent."""

    devices: int
    devices_with_unsent: int
    unsent: int
    oldest_unsent_at: datetime | None
    devices_silent: int
    devices_lost: int
    may_be_lost: int
    clocks_wrong: int
    conflicts_open: int
    oldest_conflict_at: datetime | None
    conflicts_within_a_day: int
    conflicts_within_a_week: int
    conflicts_older: int
    for_review: int
    refused: int
    kept_aside: int
    oldest_held_at: datetime | None
    oldest_for_review_at: datetime | None
    oldest_refused_at: datetime | None
    oldest_kept_aside_at: datetime | None


@router.get("/sync/devices", response_model=Page[DeviceShape])
async def list_devices(tx: ByNurse, page: Asked) -> object:
    """The devices from which the team pushes."""
    return await sync.list_devices(tx, page)


@router.post("/sync/lost-devices", response_model=DeviceShape)
async def declare_lost(tx: ByNurse, body: LostDevice) -> object:
    """Say that a device is lost; what it had not sent may be lost with it."""
    return await sync.declare_lost(tx, body.device_id)


@router.get("/sync/status", response_model=StatusShape)
async def sync_status(tx: ByNurse, device_id: UUID) -> object:
    """What the server has of a device's queue, and what waits for the caller."""
    return await sync.sync_status(tx, device_id)


@router.get("/sync/figures", response_model=SyncFigures)
async def sync_figures(tx: ByOpsOrHeatshield) -> object:
    """Unsent work, conflicts and reviews by count and age."""
    return await sync.sync_figures(tx)
