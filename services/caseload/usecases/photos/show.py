"""Showing a photo: what is written of it, and the picture itself once the look at it is on record."""

from hashlib import sha256
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from services.caseload.domain.photo import Photo, PhotoLost
from services.caseload.partners.photo_store import PhotoStore
from services.common.db import Transaction


async def read_photo(tx: Transaction, photo_id: UUID) -> Photo:
    return await tx.get(Photo, photo_id)


async def fetch_picture(photos: PhotoStore, photo: Photo) -> bytes:
    """The picture as it was kept, when no transaction is open any more. Raises `PhotoLost` or `PhotoStoreAway`."""
    content = await photos.get(photo.place)
    if (await run_in_threadpool(sha256, content)).hexdigest() != photo.stored_sha256:
        raise PhotoLost
    return content
