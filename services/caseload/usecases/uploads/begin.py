"""Beginning an upload: whether this photo may be sent is asked before its first byte."""

from uuid import UUID

from services.caseload.domain.photo import NewPhoto
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.upload import (
    NewUpload,
    PhotoUpload,
    TooManyUploads,
    UploadIsNoPhoto,
    UploadState,
    UploadTooLarge,
    WoundNotKnown,
)
from services.caseload.domain.wound import Wound
from services.caseload.store import uploads as store
from services.caseload.usecases import photos
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.rulebook import amounts


async def most_bytes(tx: Transaction) -> int:
    """The size of the largest photo that is taken today."""
    return (await amounts(tx, tx.today, RuleCode.PHOTO_BYTES))[0]


async def begin_upload(
    tx: Transaction, new: NewUpload, *, length_bytes: int, device_id: UUID, told: str
) -> PhotoUpload:
    """Begin it, or find what was begun: where the answer was lost, what arrived is not lost with it.

    Raises `WoundNotKnown`, `AlreadyRecorded`, `UploadIsNoPhoto`, `UploadTooLarge` or `TooManyUploads`.
    """
    await tx.take_turns(f"upload/{new.photo_id}", f"uploads of {tx.actor.employee_id}")
    photo = NewPhoto.model_construct(id=new.photo_id, **new.model_dump(exclude={"wound_id", "photo_id"}))
    try:
        expected = await photos.expect_photo(tx, new.wound_id, photo)
    except NotFound as error:
        raise WoundNotKnown from error
    if length_bytes > expected.limits.most_bytes:
        raise UploadTooLarge(expected.limits.most_bytes)
    if not length_bytes:
        raise UploadIsNoPhoto
    for begun in await store.of_photo(tx, new.photo_id, device_id):
        if begun.is_same(new, length_bytes) and not begun.is_gone(tx.now) and begun.is_open != expected.is_known:
            return begun
    days, most = await amounts(tx, tx.today, RuleCode.PHOTO_UPLOAD, RuleCode.PHOTO_UPLOADS_OPEN)
    if not expected.is_known and await store.open_of_caller(tx) >= most:
        raise TooManyUploads(most)
    wound = await tx.get(Wound, new.wound_id)
    known = {"length_bytes": length_bytes, "device_id": device_id, "told": told, "begun_by": tx.actor.employee_id}
    upload = PhotoUpload.begun(wound, new, days=days, now=tx.now, **known)
    if expected.is_known:
        upload.end(UploadState.ATTACHED, tx.now)
    tx.add(upload)
    return upload
