"""Completing an upload: its pieces become the one photo that was announced, or the upload is ended."""

from services.caseload.domain.photo import JPEG, PNG, NotAPhoto, PhotoDamaged, PhotoLost, PhotoNotAsSent, TooManyPixels
from services.caseload.domain.upload import PhotoUpload, UploadIsNoPhoto, UploadNotAsSent, UploadState
from services.caseload.store import uploads as store
from services.caseload.usecases import photos
from services.caseload.usecases.uploads.end import remove_pieces
from services.caseload.usecases.uploads.receive import Arrived, Line
from services.common.db import Transaction
from services.common.errors import AlreadyRecorded

BEGINNINGS = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
# What no further byte would mend.
FINAL = (PhotoNotAsSent, UploadIsNoPhoto, PhotoDamaged, TooManyPixels, AlreadyRecorded)


async def complete(line: Line, arrived: Arrived, last: bytes) -> None:
    """Put it together, check that it is what was announced, clean it and keep it, as any photo is.

    Raises what `keep_picture` does, `UploadNotAsSent`, `AlreadyRecorded` or `NotFound`; where no further byte would
    mend it, the upload is ended first.
    """
    try:
        async with line.turns:
            await _keep_photo(line, arrived, last)
    except FINAL:
        await _refuse(line, arrived)
        raise


async def _keep_photo(line: Line, arrived: Arrived, last: bytes) -> None:
    async with line.database.transaction(line.actor) as tx:
        # Pieces may have been added since this request began.
        upload = await _where_it_was(tx, line, arrived)
        expected = await photos.expect_photo(tx, upload.wound_id, upload.new_photo)
    if expected.is_known:
        return
    sent = await _pieces(line, upload, arrived) + last
    try:
        await photos.require_as_sent(upload.new_photo, sent)
        arrived.kept = await photos.keep_picture(line.photos, sent, _kind_of(sent), expected.limits)
    except PhotoNotAsSent as error:
        raise UploadNotAsSent from error
    except NotAPhoto as error:
        raise UploadIsNoPhoto from error


async def _pieces(line: Line, upload: PhotoUpload, arrived: Arrived) -> bytes:
    """Raises `OffsetWrong` or `UploadGone` where somebody else was first, so that they are not there any more."""
    try:
        return b"".join([await line.photos.get(place) for place in upload.places])
    except PhotoLost:
        async with line.database.transaction(line.actor) as tx:
            await _where_it_was(tx, line, arrived)
        raise


async def _where_it_was(tx: Transaction, line: Line, arrived: Arrived, *, lock: bool = False) -> PhotoUpload:
    """The upload, if nobody sent more or ended it. Raises `NotFound`, `UploadGone` or `OffsetWrong`."""
    upload = await store.begun_here(tx, line.whose, lock=lock)
    upload.require_there(tx.now)
    upload.require_room(arrived.at_byte, arrived.size_bytes)
    return upload


def _kind_of(sent: bytes) -> str:
    """Raises `UploadIsNoPhoto`."""
    for beginning, kind in BEGINNINGS.items():
        if sent.startswith(beginning):
            return kind
    raise UploadIsNoPhoto


async def _refuse(line: Line, arrived: Arrived) -> None:
    """Unless somebody else was first with other bytes."""
    async with line.database.transaction(line.actor) as tx:
        upload = await _where_it_was(tx, line, arrived, lock=True)
        gone = upload.end(UploadState.REFUSED, tx.now)
    await remove_pieces(line.photos, gone)
