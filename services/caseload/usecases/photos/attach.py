"""Attaching a photo: asked first whether it may be, then kept, and then written down.

No database waits for the store: each of the first and the last step is a transaction of its own, and what was kept in
between without ever being written down is swept.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from uuid6 import uuid7

from services.caseload.domain.photo import Kept, Limits, NewPhoto, Photo, PhotoNotAsSent
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.wound import Wound
from services.caseload.events import PhotoAttached
from services.caseload.partners.photo_store import PhotoStore
from services.caseload.store import photos as store
from services.caseload.usecases.photos.clean import clean
from services.common.db import Transaction
from services.common.errors import AlreadyRecorded
from services.common.rulebook import amounts


@dataclass(frozen=True)
class Expected:
    """What may be sent; nothing is kept again that is known by this id already."""

    limits: Limits
    is_known: bool = False


async def expect_photo(tx: Transaction, wound_id: UUID, new: NewPhoto) -> Expected:
    """Whether this photo may be sent, before a byte of it is read. Raises `NotFound` or `AlreadyRecorded`."""
    await tx.get(Wound, wound_id)
    known = await store.photo_by_id(tx, new.id)
    if known is not None and not known.is_same(wound_id, new):
        raise AlreadyRecorded
    limits = Limits(*await amounts(tx, tx.today, RuleCode.PHOTO_BYTES, RuleCode.PHOTO_PIXELS))
    return Expected(limits, is_known=known is not None)


async def keep_picture(photos: PhotoStore, sent: bytes, media_type: str, limits: Limits) -> Kept:
    """Clean the picture and keep it under its hash, at a place of this one attempt.

    So nothing is ever written over or waits for a sweep. Raises what `clean` does, or `PhotoStoreAway`.
    """
    picture = await run_in_threadpool(clean, sent, media_type, limits)
    place = f"{datetime.now(UTC).date()}/{picture.sha256}-{uuid7()}"
    kept = Kept(place, picture.sha256, len(picture.content), picture.width, picture.height)
    await photos.put(kept.place, picture.content)
    return kept


async def require_as_sent(new: NewPhoto, sent: bytes) -> None:
    """Raises `PhotoNotAsSent`."""
    if (await run_in_threadpool(sha256, sent)).hexdigest() != new.sha256:
        raise PhotoNotAsSent


async def attach_photo(tx: Transaction, wound_id: UUID, new: NewPhoto, kept: Kept | None) -> Photo:
    """Write down what was kept; the same photo sent again is the one that is there. Raises `AlreadyRecorded`."""
    wound = await tx.get(Wound, wound_id)
    await tx.take_turns(new.id)
    known = await store.photo_by_id(tx, new.id)
    if known is None and kept is not None:
        known = Photo.of(wound, new, kept, tx.actor.employee_id, tx.now)
        tx.add(known)
        await tx.session.flush()
        _tell(tx, known)
    if known is None or not known.is_same(wound_id, new):
        raise AlreadyRecorded
    tx.about("photo", known.id)
    return known


def _tell(tx: Transaction, photo: Photo) -> None:
    attached = PhotoAttached(
        photo_id=photo.id,
        wound_id=photo.wound_id,
        client_id=photo.client_id,
        team_id=photo.team_id,
        taken_at=photo.taken_at,
    )
    tx.publish(attached, about=photo)
