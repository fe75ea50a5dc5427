"""Queries about episodes of care."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.pathway_mix import Course
from services.common.db import Transaction


async def courses(tx: Transaction, team_id: UUID, first: date, last: date) -> list[Course]:
    """The team's episodes of care that were open on some of these days."""
    told = (EpisodeOfCare.client_id, EpisodeOfCare.pathway, EpisodeOfCare.opened_on, EpisodeOfCare.ended_on)
    wanted = select(*(col(one) for one in told)).where(
        col(EpisodeOfCare.team_id) == team_id,
        col(EpisodeOfCare.opened_on) <= last,
        or_(col(EpisodeOfCare.ended_on).is_(None), col(EpisodeOfCare.ended_on) >= first),
    )
    return [Course(*row) for row in await tx.rows(wanted)]
