"""Caseload, assembled. Run alone: `python -m services serve caseload`."""

import asyncio

from fastapi import FastAPI

from services.caseload import usecases
from services.caseload.api import ROUTERS
from services.caseload.consumers import SUBSCRIPTIONS
from services.caseload.domain.base import Base
from services.caseload.partners import photo_store
from services.caseload.settings import CaseloadSettings
from services.caseload.usecases import catch_up, photos, team, tell, uploads
from services.caseload.usecases.sync.measured import TABLETS
from services.common.broker import Broker
from services.common.peers import Mounts
from services.common.service import Runtime, Service
from services.common.settings import ServiceSettings

# A photo takes a hundred megabytes while it is looked at.
PHOTOS_AT_ONCE = 2


def _furnish(app: FastAPI, runtime: Runtime) -> None:
    app.state.photos, app.state.photo_turns = photo_store.opened(runtime.settings), asyncio.Semaphore(PHOTOS_AT_ONCE)


async def _sweep_photos(runtime: Runtime) -> None:
    await photos.sweep_photos(runtime, uploads.sweep_uploads)


SERVICE = Service(
    name="caseload",
    summary="The client's record: referral, assessment, care plan, contacts and outcomes.",
    metadata=Base.metadata,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(
        usecases.expire_handovers,
        tell.watch_alerts,
        tell.send_pushes,
        _sweep_photos,
        team.forget_declined,
        catch_up.forget_changes,
    ),
    settings_type=CaseloadSettings,
    furnish=_furnish,
    beside=photo_store.opened,
    counted=(TABLETS,),
)


def create_app(
    settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
) -> FastAPI:
    return SERVICE.app(settings, broker=broker, mounts=mounts)
