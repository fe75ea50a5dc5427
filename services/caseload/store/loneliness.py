"""Queries about loneliness scores."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.loneliness import Asked, LonelinessScale, LonelinessScore
from services.common.db import Transaction


async def asked(tx: Transaction, team_id: UUID, scale: LonelinessScale, until: date) -> list[Asked]:
    """The scores of the team's clients on this scale up to this day, by episode of care, oldest first."""
    score = LonelinessScore
    columns = (col(score.client_id), col(score.episode_of_care_id), col(score.occasion), col(score.score))
    wanted = (
        select(*columns)
        .where(col(score.team_id) == team_id, col(score.scale) == scale, col(score.asked_on) <= until)
        .order_by(col(score.episode_of_care_id), col(score.asked_on), col(score.id))
    )
    return [Asked(*row) for row in await tx.rows(wanted)]
