"""Queries about episodes of care, and how heavy they are."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlmodel import col

from services.caseload.domain.acuity_review import AcuityReview, AcuityScore
from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.domain.episode_pause import EpisodePause
from services.caseload.domain.hospital_stay import IN_HOSPITAL, StayNews
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


async def clients_in_care(tx: Transaction, team_id: UUID) -> frozenset[UUID]:
    """Whom the team cares for now, those in hospital too."""
    goes_on = col(EpisodeOfCare.team_id) == team_id, col(EpisodeOfCare.status) != EpisodeStatus.FINISHED
    return frozenset(await tx.all(select(col(EpisodeOfCare.client_id)).where(*goes_on)))


async def open_of(tx: Transaction, client_id: UUID) -> EpisodeOfCare | None:
    """The client's episode that goes on, or is paused; locked."""
    goes_on = col(EpisodeOfCare.client_id) == client_id, col(EpisodeOfCare.status) != EpisodeStatus.FINISHED
    wanted = select(EpisodeOfCare).where(*goes_on).with_for_update()
    found: EpisodeOfCare | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def pauses(tx: Transaction, episode_of_care_id: UUID) -> Sequence[EpisodePause]:
    """In their order; the last may go on still."""
    wanted = select(EpisodePause).where(col(EpisodePause.episode_of_care_id) == episode_of_care_id)
    return await tx.all(wanted.order_by(col(EpisodePause.from_on), col(EpisodePause.id)))


async def stay_status(tx: Transaction, hospital_stay_id: UUID) -> str | None:
    """How a stay in hospital stood by the newest word of it, if there was one."""
    wanted = select(col(StayNews.status)).where(col(StayNews.hospital_stay_id) == hospital_stay_id)
    found: str | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def stay_that_goes_on(tx: Transaction, client_id: UUID) -> StayNews | None:
    """The client's stay in hospital that began first, of those that go on."""
    theirs = col(StayNews.client_id) == client_id, col(StayNews.status) == IN_HOSPITAL
    wanted = select(StayNews).where(*theirs).order_by(col(StayNews.starts_on), col(StayNews.hospital_stay_id)).limit(1)
    found: StayNews | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def acuity_reviews(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    wanted = select(AcuityReview).where(await tx.visible(AcuityReview))
    return wanted if team_id is None else wanted.where(col(AcuityReview.team_id) == team_id)


async def acuity_scores(tx: Transaction, review: AcuityReview) -> Sequence[AcuityScore]:
    """The heaviest first."""
    wanted = select(AcuityScore).where(col(AcuityScore.acuity_review_id) == review.id)
    return await tx.all(wanted.order_by(col(AcuityScore.acuity).desc(), col(AcuityScore.client_id)))
