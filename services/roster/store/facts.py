"""Keeping what the others tell, and finding it again."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.known import (
    CareTeam,
    CareTeamChange,
    ClientNotInCare,
    EpisodeStanding,
    RecordedActivity,
    RecordedContact,
    UnknownClient,
)
from services.roster.domain.visit import Visit

GOES_ON, PAUSED, ENDED = "active", "onhold", "finished"


async def keep_activities(tx: Transaction, care_contact_id: UUID, activities: Sequence[dict[str, Any]]) -> None:
    """Put these in the place of the contact's activities so far."""
    of_contact = col(RecordedActivity.care_contact_id) == care_contact_id
    await tx.session.execute(delete(RecordedActivity).where(of_contact))
    rows = [{**activity, "care_contact_id": care_contact_id} for activity in activities]
    if rows:
        await tx.session.execute(insert(RecordedActivity), rows)


async def is_newest(tx: Transaction, care_contact_id: UUID, version: int) -> bool:
    """Whether nothing newer is known of this contact."""
    known = select(col(RecordedContact.version)).where(col(RecordedContact.care_contact_id) == care_contact_id)
    return await tx.all(known) == [version]


async def contact_naming(tx: Transaction, visit: Visit) -> RecordedContact | None:
    """The first contact that named this visit before roster knew of it, with this team's own client."""
    wanted = select(RecordedContact).where(
        col(RecordedContact.visit_id) == visit.id,
        col(RecordedContact.team_id) == visit.team_id,
        col(RecordedContact.client_id) == visit.client_id,
    )
    first = await tx.all(wanted.order_by(col(RecordedContact.done_at)).limit(1))
    return first[0] if first else None


async def care_team(tx: Transaction, team_id: UUID, client_id: UUID) -> tuple[UUID, UUID]:
    """Named nurse and deputy, as of today, of the client's latest episode with this team. Raises `UnknownClient`."""
    mine = named_as_of(tx.today).where(col(CareTeam.client_id) == client_id, col(CareTeam.team_id) == team_id)
    latest_first = (col(CareTeam.opened_on).desc(), col(CareTeam.episode_of_care_id))
    known = await tx.rows(mine.order_by(*latest_first).limit(1))
    if not known:
        raise UnknownClient
    return known[0].named_nurse_id, known[0].deputy_id


def named_as_of(day: date) -> Select[UUID, UUID, Any, Any]:
    """Each episode's team and client with whoever is named on this day: they may have been handed on by then."""
    handed_on = (
        select(CareTeamChange)
        .where(
            col(CareTeamChange.episode_of_care_id) == col(CareTeam.episode_of_care_id),
            col(CareTeamChange.changed_on) <= day,
        )
        .order_by(col(CareTeamChange.changed_on).desc())
        .limit(1)
        .correlate(CareTeam)
        .lateral()
    )
    named = func.coalesce(handed_on.c.named_nurse_id, col(CareTeam.named_nurse_id)).label("named_nurse_id")
    deputy = func.coalesce(handed_on.c.deputy_id, col(CareTeam.deputy_id)).label("deputy_id")
    wanted = select(col(CareTeam.team_id), col(CareTeam.client_id), named, deputy).select_from(CareTeam)
    return wanted.outerjoin(handed_on, true())


def has_ended() -> ColumnElement[bool]:
    """Of each episode, whether it is over."""
    ended = select(col(EpisodeStanding.episode_of_care_id)).where(
        col(EpisodeStanding.episode_of_care_id) == col(CareTeam.episode_of_care_id),
        col(EpisodeStanding.status) == ENDED,
    )
    return ended.correlate(CareTeam).exists()


async def is_in_care(tx: Transaction, team_id: UUID, client_id: UUID) -> bool:
    """Whether an episode of this client with this team goes on: neither paused nor ended."""
    return bool(await tx.all(going_on(team_id, client_id).limit(1)))


def going_on(team_id: UUID | Mapped[UUID], client_id: UUID | Mapped[UUID]) -> Select[Any]:
    """Episodes of a client with a team that go on; of each row, where these are columns of a query."""
    stopped = select(col(EpisodeStanding.episode_of_care_id)).where(
        col(EpisodeStanding.episode_of_care_id) == col(CareTeam.episode_of_care_id),
        col(EpisodeStanding.status) != GOES_ON,
    )
    return select(col(CareTeam.episode_of_care_id)).where(
        col(CareTeam.client_id) == client_id,
        col(CareTeam.team_id) == team_id,
        ~stopped.correlate(CareTeam).exists(),
    )


async def require_in_care(tx: Transaction, team_id: UUID, client_id: UUID) -> None:
    """Raises `ClientNotInCare`."""
    if not await is_in_care(tx, team_id, client_id):
        raise ClientNotInCare
