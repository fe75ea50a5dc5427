"""Ending an upload before it is whole, or forgetting one that is."""

from collections.abc import Sequence
from contextlib import suppress

from services.caseload.domain.photo import NoPhotoStore, PhotoStoreAway
from services.caseload.domain.upload import UploadState, Whose
from services.caseload.partners.photo_store import PhotoStore
from services.caseload.store import uploads as store
from services.common.db import Transaction


async def terminate_upload(tx: Transaction, whose: Whose) -> list[str]:
    """End it, and say which places are of no use any more; a photo that is attached stays. Raises `NotFound` or
    `UploadGone`."""
    upload = await store.begun_here(tx, whose, lock=True)
    upload.require_there(tx.now)
    return list(upload.end(UploadState.TERMINATED, tx.now))


async def remove_pieces(photos: PhotoStore, places: Sequence[str]) -> None:
    """At once, since a piece may hold where somebody lives; where the store is away, the sweep does it later."""
    with suppress(PhotoStoreAway, NoPhotoStore):
        await photos.remove(places)
