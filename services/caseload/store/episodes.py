"""Queries about episodes of care."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from services.caseload.domain.care_contact import CareContact
from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.domain.pathway_mix import Course
from services.common.db import Transaction
from services.common.types import midnight_in_england


async def without_contact(tx: Transaction, days: int, *, team_id: UUID | None) -> Select[Any]:
    """Active episodes that were open this long, and had no contact of any kind meanwhile."""
    since = tx.today - timedelta(days=days)
    contact = select(col(CareContact.id)).where(
        col(CareContact.episode_of_care_id) == col(EpisodeOfCare.id),
        col(CareContact.started_at) >= midnight_in_england(since + timedelta(days=1)),
    )
    wanted = select(EpisodeOfCare).where(
        await tx.visible(EpisodeOfCare),
        col(EpisodeOfCare.status) == EpisodeStatus.ACTIVE,
        col(EpisodeOfCare.opened_on) <= since,
        ~contact.correlate(EpisodeOfCare).exists(),
    )
    return wanted if team_id is None else wanted.where(col(EpisodeOfCare.team_id) == team_id)


async def last_contacts(tx: Transaction, episodes: Sequence[EpisodeOfCare]) -> dict[UUID, date]:
    """The day in England of each one's last contact, where there was any."""
    last = func.date(func.timezone("Europe/London", func.max(col(CareContact.started_at))))
    of_episode = col(CareContact.episode_of_care_id)
    wanted = select(of_episode, last).where(of_episode.in_([one.id for one in episodes])).group_by(of_episode)
    return {row[0]: row[1] for row in await tx.rows(wanted)}


async def courses(tx: Transaction, team_id: UUID, first: date, last: date) -> list[Course]:
    """The team's episodes of care that were open on some of these days."""
    told = (EpisodeOfCare.client_id, EpisodeOfCare.pathway, EpisodeOfCare.opened_on, EpisodeOfCare.ended_on)
    wanted = select(*(col(one) for one in told)).where(
        col(EpisodeOfCare.team_id) == team_id,
        col(EpisodeOfCare.opened_on) <= last,
        or_(col(EpisodeOfCare.ended_on).is_(None), col(EpisodeOfCare.ended_on) >= first),
    )
    return [Course(*row) for row in await tx.rows(wanted)]
