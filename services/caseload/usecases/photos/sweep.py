"""Sweeping: what was kept and never written down, as when an upload was broken off, is removed again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from services.caseload.partners.photo_store import PhotoStore, opened
from services.caseload.store import photos as store
from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
# A request that was to write it down has long ended, whichever way.
SURELY_OVER = timedelta(days=1)
# Places begin with their day, so that no sweep looks at all that was ever kept.
LOOKS_BACK = timedelta(days=14)

Sweep = Callable[[Database, PhotoStore, datetime], Awaitable[int]]


async def sweep_photos(runtime: Runtime, *also: Sweep) -> None:
    """Sweep for as long as the process lives, and what else is there to sweep first; several replicas may do so at
    once."""
    photos = opened(runtime.settings)
    while True:
        try:
            for one in (*also, sweep):
                await one(runtime.database, photos, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001  housekeeping waits for better times
            log.warning("sweep interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(EVERY_SECONDS)


async def sweep(database: Database, photos: PhotoStore, now: datetime) -> int:
    """Remove what is older than a day and in no record. How many there were."""
    swept = 0
    async for some in photos.after(f"{(now - LOOKS_BACK).date()}"):
        old = [place for place, put_at in some if put_at < now - SURELY_OVER]
        async with database.transaction(SYSTEM) as tx:
            known = await store.known_places(tx, old)
        gone = [place for place in old if place not in known]
        await photos.remove(gone)
        swept += len(gone)
    return swept
