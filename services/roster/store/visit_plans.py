"""Queries about the standing plans that say how often a client is visited."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.visit_plan import VisitPlan


async def standing_plans(tx: Transaction, team_id: UUID, client_id: UUID, on: date) -> Sequence[VisitPlan]:
    """This team's standing plans for this client that hold after this day, locked."""
    wanted = select(VisitPlan).where(
        col(VisitPlan.team_id) == team_id,
        col(VisitPlan.client_id) == client_id,
        or_(col(VisitPlan.until_on).is_(None), col(VisitPlan.until_on) > on),
    )
    return await tx.all(wanted.order_by(col(VisitPlan.id)).with_for_update())
