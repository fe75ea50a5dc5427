"""Sweeping uploads: whose time is over is ended, and what ended long ago is forgotten."""

from datetime import datetime, timedelta

from services.caseload.domain.upload import UploadState
from services.caseload.partners.photo_store import PhotoStore
from services.caseload.store import uploads as store
from services.caseload.usecases.uploads.end import remove_pieces
from services.common.auth import SYSTEM
from services.common.db import Database

# So long a tablet that comes back is told that its upload is over, and not that there never was one.
REMEMBERED = timedelta(days=30)


async def sweep_uploads(database: Database, photos: PhotoStore, now: datetime) -> int:
    """End what has expired and remove its pieces. How many uploads there were."""
    ended = 0
    while True:
        async with database.transaction(SYSTEM) as tx:
            late = await store.expired(tx, now)
            gone = [place for upload in late for place in upload.end(UploadState.EXPIRED, now)]
            await store.forget_ended(tx, now - REMEMBERED)
        await remove_pieces(photos, gone)
        ended += len(late)
        if not late:
            return ended
