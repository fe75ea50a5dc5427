"""Queries about what was placed against a rule, and taking away what is not so any more."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.breach import Breach, RestOwed
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.store.resting import still_owed


async def of_shift(tx: Transaction, shift_id: UUID) -> Sequence[Breach]:
    return await tx.all(select(Breach).where(col(Breach.shift_id) == shift_id))


async def of_rota(tx: Transaction, rota_id: UUID) -> Sequence[Breach]:
    """By whatever version of it they were placed."""
    versions = select(col(RotaVersion.id)).where(col(RotaVersion.rota_id) == rota_id)
    return await tx.all(select(Breach).where(col(Breach.rota_version_id).in_(versions)))


async def take_away(tx: Transaction, breaches: Sequence[Breach]) -> None:
    """These, and the rest that is owed for them; where the rest was had already both stay."""
    ids = [one.id for one in breaches]
    await tx.session.execute(delete(RestOwed).where(col(RestOwed.breach_id).in_(ids), still_owed(tx.now)))
    had = select(col(RestOwed.breach_id)).where(col(RestOwed.breach_id).in_(ids))
    await tx.session.execute(delete(Breach).where(col(Breach.id).in_(ids), col(Breach.id).not_in(had)))
