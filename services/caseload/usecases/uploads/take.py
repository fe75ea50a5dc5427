"""Writing down what a request brought, together with its answer."""

from services.caseload.domain.upload import PhotoUpload, UploadState, Whose
from services.caseload.store import uploads as store
from services.caseload.usecases import photos
from services.caseload.usecases.uploads.receive import Arrived
from services.common.db import Transaction


async def read_upload(tx: Transaction, whose: Whose) -> PhotoUpload:
    """How far it has come, to whoever began it. Raises `NotFound` or `UploadGone`."""
    upload = await store.begun_here(tx, whose)
    upload.require_there(tx.now)
    return upload


async def take_bytes(tx: Transaction, whose: Whose, arrived: Arrived) -> tuple[PhotoUpload, list[str]]:
    """Go on after these bytes, or attach the photo that they complete; with the places that are of no use any more.

    Raises `NotFound`, `UploadGone`, `OffsetWrong` or `AlreadyRecorded`.
    """
    upload = await store.begun_here(tx, whose, lock=True)
    tx.about("upload", upload.id)
    upload.require_there(tx.now)
    if arrived.size_bytes:
        upload.require_room(arrived.at_byte, arrived.size_bytes)
    if arrived.place is not None:
        upload.take(arrived.place, arrived.size_bytes, tx.now)
    if not (arrived.is_whole and upload.is_open):
        return upload, []
    await photos.attach_photo(tx, upload.wound_id, upload.new_photo, arrived.kept)
    return upload, list(upload.end(UploadState.ATTACHED, tx.now))
