"""Queries about a client's own copy of the plan. Each read is a fixed number of statements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from services.caseload.domain.assessment import Assessment, AssessmentStatus
from services.caseload.domain.care_plan import CarePlan, CarePlanStatus
from services.caseload.domain.client import Client, EpisodeOfCare, EpisodeStatus
from services.caseload.domain.plan_copy import PlanCopy, expected
from services.caseload.domain.planned_visit import PLANNED, PlannedVisit
from services.caseload.store import records
from services.caseload.store.plans_in_force import in_force
from services.common.db import Transaction

MOST_VISITS = 10


async def plan_in_force(tx: Transaction, client_id: UUID) -> CarePlan | None:
    """Of the open episode of care the plan in force, or the newest draft while there is none; none after discharge."""
    is_draft = col(CarePlan.status) == CarePlanStatus.DRAFT
    goes_on = select(col(EpisodeOfCare.id)).where(
        col(EpisodeOfCare.client_id) == client_id, col(EpisodeOfCare.status) != EpisodeStatus.FINISHED
    )
    wanted = select(CarePlan).where(
        col(CarePlan.client_id) == client_id, col(CarePlan.episode_of_care_id).in_(goes_on), or_(in_force(), is_draft)
    )
    found: Sequence[CarePlan] = await tx.all(wanted.order_by(is_draft, col(CarePlan.id).desc()).limit(1))
    return found[0] if found else None


async def copy_of(tx: Transaction, plan: CarePlan, now: datetime) -> PlanCopy:
    """This plan as its client reads it."""
    client = (await tx.all(select(Client).where(col(Client.id) == plan.client_id)))[0]
    episode = (await tx.all(select(EpisodeOfCare).where(col(EpisodeOfCare.id) == plan.episode_of_care_id)))[0]
    mattered = (
        select(col(Assessment.what_matters))
        .where(col(Assessment.client_id) == plan.client_id, col(Assessment.status) == AssessmentStatus.COMPLETE)
        .order_by(col(Assessment.assessed_on).desc(), col(Assessment.id).desc())
    )
    visits = (
        select(PlannedVisit)
        .where(
            col(PlannedVisit.client_id) == plan.client_id,
            col(PlannedVisit.status) == PLANNED,
            col(PlannedVisit.ends_at) > now,
        )
        .order_by(col(PlannedVisit.starts_at), col(PlannedVisit.visit_id))
    )
    matters = await tx.all(mattered.limit(1))
    return PlanCopy(
        client=client,
        plan=plan,
        lines=await records.lines(tx, plan.id),
        what_matters=matters[0] if matters else None,
        next_visits=[expected(visit, episode) for visit in await tx.all(visits.limit(MOST_VISITS))],
    )
