"""Queries about carers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.carer import CarerStrain
from services.common.db import Transaction


async def strains(tx: Transaction, carer_id: UUID) -> Sequence[CarerStrain]:
    """Every measuring of a carer's strain, oldest first."""
    wanted = select(CarerStrain).where(col(CarerStrain.carer_id) == carer_id)
    return await tx.all(wanted.order_by(col(CarerStrain.measured_on), col(CarerStrain.id)))
