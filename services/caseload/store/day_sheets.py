"""Queries about what an agency is shown of a client's day. A sheet is a fixed number of statements."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from services.caseload.domain.care_contact import Channel
from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.domain.day_sheet import DaySheetShare
from services.caseload.domain.other_care import A_DAY, OtherCare
from services.caseload.domain.planned_visit import PLANNED, PlannedVisit
from services.common.db import Transaction
from services.common.types import midnight_in_england


async def episode_with_team(tx: Transaction, client_id: UUID, team_id: UUID) -> EpisodeOfCare | None:
    """The client's episode with this team that goes on or is paused."""
    goes_on = col(EpisodeOfCare.status) != EpisodeStatus.FINISHED
    theirs = col(EpisodeOfCare.client_id) == client_id, col(EpisodeOfCare.team_id) == team_id
    found = await tx.all(select(EpisodeOfCare).where(*theirs, goes_on))
    return found[0] if found else None


async def care_by(tx: Transaction, share: DaySheetShare, today: date) -> Sequence[OtherCare]:
    """The care that this agency gives the client, or is about to."""
    wanted = select(OtherCare).where(
        col(OtherCare.client_id) == share.client_id,
        col(OtherCare.agency) == share.agency,
        or_(col(OtherCare.until_on).is_(None), col(OtherCare.until_on) >= today),
    )
    return await tx.all(wanted.order_by(col(OtherCare.id)))


async def visits_of_day(tx: Transaction, share: DaySheetShare, on: date) -> Sequence[PlannedVisit]:
    """The team's visits at the client's home that are on during this day."""
    wanted = select(PlannedVisit).where(
        col(PlannedVisit.client_id) == share.client_id,
        col(PlannedVisit.team_id) == share.team_id,
        col(PlannedVisit.status) == PLANNED,
        col(PlannedVisit.channel) == Channel.IN_PERSON,
        # No visit lasts a day; so the index finds those that go on past midnight.
        col(PlannedVisit.starts_at) >= midnight_in_england(on - A_DAY),
        col(PlannedVisit.starts_at) < midnight_in_england(on + A_DAY),
        col(PlannedVisit.ends_at) > midnight_in_england(on),
    )
    return await tx.all(wanted.order_by(col(PlannedVisit.starts_at), col(PlannedVisit.visit_id)))
