"""Queries about plans that outlast what the client was told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import col

from services.caseload.domain.care_contact import CareContact, Channel
from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.store.plans_in_force import in_force
from services.common.db import Transaction
from services.common.types import ENGLAND

# Two who come together are one visit to the client.
VISITS = func.count(func.coalesce(col(CareContact.visit_id), col(CareContact.id)).distinct())
SINCE_AGREED = and_(
    col(CareContact.episode_of_care_id) == col(CarePlan.episode_of_care_id),
    col(CareContact.channel) == Channel.IN_PERSON,
    func.date(func.timezone(ENGLAND.key, CareContact.started_at)) >= col(CarePlan.agreed_on),
)


async def overrun_plans(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    """The newest agreed plan of each active episode, where it is over or its visits are used up."""
    active = select(col(EpisodeOfCare.id)).where(
        col(EpisodeOfCare.id) == col(CarePlan.episode_of_care_id), col(EpisodeOfCare.status) == EpisodeStatus.ACTIVE
    )
    visits = select(VISITS).where(SINCE_AGREED).correlate(CarePlan).scalar_subquery()
    wanted = select(CarePlan).where(
        await tx.visible(CarePlan),
        in_force(),
        or_(col(CarePlan.ends_on) < tx.today, visits > col(CarePlan.expected_visits)),
        active.correlate(CarePlan).exists(),
    )
    return wanted if team_id is None else wanted.where(col(CarePlan.team_id) == team_id)


async def visits_since_agreed(tx: Transaction, plans: Sequence[CarePlan]) -> dict[UUID, int]:
    """How often the client was visited under each of these plans."""
    wanted = select(col(CarePlan.id), VISITS).join_from(CarePlan, CareContact, SINCE_AGREED)
    mine = wanted.where(col(CarePlan.id).in_([plan.id for plan in plans])).group_by(col(CarePlan.id))
    return {row[0]: row[1] for row in await tx.rows(mine)}
