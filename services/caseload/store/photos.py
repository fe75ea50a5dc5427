"""Photos by their id, and by where they are kept."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.photo import Photo
from services.common.db import Transaction


async def photo_by_id(tx: Transaction, photo_id: UUID) -> Photo | None:
    """The visible photo with this id, if there is one."""
    found = await tx.all(select(Photo).where(await tx.visible(Photo), col(Photo.id) == photo_id))
    return found[0] if found else None


async def known_places(tx: Transaction, places: Collection[str]) -> frozenset[str]:
    """Those of these places that some photo of any team is kept at."""
    return frozenset(await tx.all(select(col(Photo.place)).where(col(Photo.place).in_(places))))
