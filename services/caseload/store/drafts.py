"""Queries about assessments that are written in parts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.assessment_draft import AssessmentPart
from services.common.db import Transaction


async def parts(tx: Transaction, draft_id: UUID) -> Sequence[AssessmentPart]:
    """What was written of this draft so far."""
    wanted = select(AssessmentPart).where(col(AssessmentPart.assessment_draft_id) == draft_id)
    return await tx.all(wanted.order_by(col(AssessmentPart.id)))
