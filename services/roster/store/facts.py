"""Keeping what the others tell, and finding it again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.known import (
    CareTeam,
    ClientNotInCare,
    EpisodeStanding,
    RecordedActivity,
    RecordedContact,
    UnknownClient,
)
from services.roster.domain.visit import Visit

GOES_ON, ENDED = "active", "finished"


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


async def care_team(tx: Transaction, team_id: UUID, client_id: UUID) -> CareTeam:
    """Named nurse and deputy of the client's latest episode with this team. Raises `UnknownClient`."""
    mine = select(CareTeam).where(col(CareTeam.client_id) == client_id, col(CareTeam.team_id) == team_id)
    latest_first = (col(CareTeam.opened_on).desc(), col(CareTeam.episode_of_care_id))
    known = await tx.all(mine.order_by(*latest_first).limit(1))
    if not known:
        raise UnknownClient
    found: CareTeam = known[0]
    return found


async def is_in_care(tx: Transaction, team_id: UUID, client_id: UUID) -> bool:
    """Whether an episode of this client with this team goes on: neither paused nor ended."""
    stopped = select(col(EpisodeStanding.episode_of_care_id)).where(
        col(EpisodeStanding.episode_of_care_id) == col(CareTeam.episode_of_care_id),
        col(EpisodeStanding.status) != GOES_ON,
    )
    wanted = select(col(CareTeam.episode_of_care_id)).where(
        col(CareTeam.client_id) == client_id,
        col(CareTeam.team_id) == team_id,
        ~stopped.correlate(CareTeam).exists(),
    )
    return bool(await tx.all(wanted.limit(1)))


async def require_in_care(tx: Transaction, team_id: UUID, client_id: UUID) -> None:
    """Raises `ClientNotInCare`."""
    if not await is_in_care(tx, team_id, client_id):
        raise ClientNotInCare
