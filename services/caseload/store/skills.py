"""Queries about self-care skills."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.self_care import SelfCareStep
from services.common.db import Transaction


async def steps(tx: Transaction, skill_id: UUID) -> Sequence[SelfCareStep]:
    """Each time that the skill was taught or practised, in order."""
    wanted = select(SelfCareStep).where(col(SelfCareStep.skill_id) == skill_id)
    return await tx.all(wanted.order_by(col(SelfCareStep.done_on), col(SelfCareStep.id)))
