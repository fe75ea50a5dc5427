"""Sweeping: what was kept and never written down, as when an upload was broken off, is removed again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from services.caseload.partners.photo_store import PhotoStore, opened
from services.caseload.store import photos as store
from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.service import Runtime
from services.common.watching import keep_on

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

    async def look() -> None:
        for one in (*also, sweep):
            await one(runtime.database, photos, datetime.now(UTC))

    await keep_on("photos", EVERY_SECONDS, look)


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
