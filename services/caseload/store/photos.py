"""Photos by their id, and by where they are kept."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlmodel import col

from services.caseload.domain.photo import Photo
from services.caseload.domain.upload import PhotoUpload, UploadState
from services.common.db import Transaction


async def photo_by_id(tx: Transaction, photo_id: UUID) -> Photo | None:
    """The visible photo with this id, if there is one."""
    found = await tx.all(select(Photo).where(await tx.visible(Photo), col(Photo.id) == photo_id))
    return found[0] if found else None


async def known_places(tx: Transaction, places: Collection[str]) -> frozenset[str]:
    """Those of these places that some photo of any team is kept at, or a piece of one that is arriving."""
    whole = select(col(Photo.place)).where(col(Photo.place).in_(places))
    arriving = (
        select(func.unnest(col(PhotoUpload.places)).label("place"))
        .where(col(PhotoUpload.state) == UploadState.OPEN)
        .subquery()
    )
    pieces = select(arriving.c.place).where(arriving.c.place.in_(places))
    return frozenset(await tx.all(union_all(whole, pieces)))
