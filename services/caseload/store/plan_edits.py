"""What was ever said of one part of a care plan."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.plan_edit import PlanEdit
from services.common.db import Transaction


async def edits(tx: Transaction, care_plan_id: UUID, line_id: UUID | None) -> Sequence[PlanEdit]:
    """None before it is written anew for the first time."""
    line = col(PlanEdit.line_id)
    same = line.is_(None) if line_id is None else line == line_id
    wanted = select(PlanEdit).where(col(PlanEdit.care_plan_id) == care_plan_id, same)
    found: Sequence[PlanEdit] = await tx.all(wanted.order_by(col(PlanEdit.id)))
    return found
