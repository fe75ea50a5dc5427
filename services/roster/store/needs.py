"""Queries about visit needs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import ENGLAND
from services.roster.domain.known import CareTeam, EpisodeStanding
from services.roster.domain.visit import TO_COME, Visit
from services.roster.domain.visit_need import VisitNeed
from services.roster.store import facts
from services.roster.store.of_team import of_team


async def listed(tx: Transaction, *, team_id: UUID | None, is_open: bool | None) -> Select[Any]:
    """What is to be done waits unseen while the client's care is paused, and for good once it has ended."""
    unmet = col(VisitNeed.closed_on).is_(None)
    wanted = (await of_team(tx, VisitNeed, team_id)).where(~unmet | ~_is_stopped())
    return wanted if is_open is None else wanted.where(unmet if is_open else ~unmet)


def _is_stopped() -> ColumnElement[bool]:
    """An episode of the client with the team is paused or has ended, and none goes on."""
    stopped = select(col(EpisodeStanding.episode_of_care_id)).where(
        col(EpisodeStanding.team_id) == col(VisitNeed.team_id),
        col(EpisodeStanding.client_id) == col(VisitNeed.client_id),
        col(EpisodeStanding.status) != facts.GOES_ON,
    )
    other = facts.going_on(col(VisitNeed.team_id), col(VisitNeed.client_id))
    return and_(stopped.correlate(VisitNeed).exists(), ~other.correlate(VisitNeed).exists())


async def visits_before(tx: Transaction, needs: Sequence[VisitNeed]) -> dict[UUID, UUID]:
    """By need that is open, the first visit to the client that is planned from now on and by the need's day."""
    starts_on = func.date(func.timezone(ENGLAND.key, col(Visit.starts_at)))
    joined = select(col(VisitNeed.id), col(Visit.id)).join(
        Visit, (col(Visit.client_id) == col(VisitNeed.client_id)) & (col(Visit.team_id) == col(VisitNeed.team_id))
    )
    wanted = joined.where(
        col(VisitNeed.id).in_([one.id for one in needs]),
        col(VisitNeed.closed_on).is_(None),
        col(Visit.status).in_(TO_COME),
        col(Visit.channel) == "in_person",
        col(Visit.ends_at) > tx.now,
        starts_on <= col(VisitNeed.by_on),
    )
    first = wanted.ext(distinct_on(col(VisitNeed.id))).order_by(col(VisitNeed.id), col(Visit.starts_at))
    return {row[0]: row[1] for row in await tx.rows(first)}


async def named_nurses(tx: Transaction, client_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], UUID]:
    """By team and client, who is named today for the newest episode of care."""
    wanted = facts.named_as_of(tx.today).where(col(CareTeam.client_id).in_(client_ids))
    found = await tx.rows(wanted.order_by(col(CareTeam.opened_on)))
    return {(row.team_id, row.client_id): row.named_nurse_id for row in found}
