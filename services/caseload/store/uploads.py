"""Uploads by their id, to whoever began them; and those whose time is over, to nobody in particular."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import col

from services.caseload.domain.upload import PhotoUpload, UploadState, Whose
from services.common.db import Transaction
from services.common.errors import NotFound

AT_ONCE = 200


async def begun_here(tx: Transaction, whose: Whose, *, lock: bool = False) -> PhotoUpload:
    """What this person began on this device. Raises `NotFound` alike for everybody else's and for none."""
    wanted = select(PhotoUpload).where(
        await tx.visible(PhotoUpload),
        col(PhotoUpload.id) == whose.upload_id,
        col(PhotoUpload.begun_by) == tx.actor.employee_id,
        col(PhotoUpload.device_id) == whose.device_id,
    )
    found = await tx.all(wanted.with_for_update() if lock else wanted)
    if not found:
        raise NotFound("upload")
    upload: PhotoUpload = found[0]
    return upload


async def of_photo(tx: Transaction, photo_id: UUID, device_id: UUID) -> Sequence[PhotoUpload]:
    """The uploads of this photo that this person began on this device, newest first."""
    wanted = select(PhotoUpload).where(
        await tx.visible(PhotoUpload),
        col(PhotoUpload.photo_id) == photo_id,
        col(PhotoUpload.begun_by) == tx.actor.employee_id,
        col(PhotoUpload.device_id) == device_id,
    )
    return await tx.all(wanted.order_by(col(PhotoUpload.id).desc()))


async def open_of_caller(tx: Transaction) -> int:
    """How many of this person's are on their way, from whatever device."""
    mine = col(PhotoUpload.begun_by) == tx.actor.employee_id, col(PhotoUpload.state) == UploadState.OPEN
    wanted = select(func.count()).where(*mine, col(PhotoUpload.expires_at) > tx.now, await tx.visible(PhotoUpload))
    return int(await tx.session.scalar(wanted) or 0)


async def expired(tx: Transaction, now: datetime) -> Sequence[PhotoUpload]:
    """Some of those whose time is over, locked; another replica takes others."""
    late = select(PhotoUpload).where(col(PhotoUpload.state) == UploadState.OPEN, col(PhotoUpload.expires_at) <= now)
    return await tx.all(late.order_by(col(PhotoUpload.id)).limit(AT_ONCE).with_for_update(skip_locked=True))


async def forget_ended(tx: Transaction, before: datetime) -> None:
    """Those that ended before this are asked for no more."""
    await tx.session.execute(delete(PhotoUpload).where(col(PhotoUpload.ended_at) < before))
