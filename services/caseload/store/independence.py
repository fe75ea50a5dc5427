"""Queries about independence goals, the planned step-down, and visits by week."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, case, cast, func, select
from sqlmodel import col

from services.caseload.domain.care_contact import CareContact, Channel
from services.caseload.domain.independence import GoalStatus, IndependenceGoal, StepDown
from services.common.db import Transaction
from services.common.types import ENGLAND


async def step_downs(tx: Transaction, care_plan_id: UUID) -> Sequence[StepDown]:
    """As they were planned, the latest last."""
    wanted = select(StepDown).where(col(StepDown.care_plan_id) == care_plan_id)
    return await tx.all(wanted.order_by(col(StepDown.number)))


async def goals_of(tx: Transaction, client_id: UUID) -> Sequence[IndependenceGoal]:
    wanted = select(IndependenceGoal).where(col(IndependenceGoal.client_id) == client_id)
    return await tx.all(wanted.order_by(col(IndependenceGoal.id)))


async def visits_by_week(tx: Transaction, client_id: UUID, first: date) -> dict[date, int]:
    """The visits in person that were made to a client from this Monday on, by the Monday of their week."""
    day = func.timezone(ENGLAND.key, CareContact.started_at)
    monday = cast(func.date_trunc("week", day), Date).label("monday")
    wanted = (
        select(monday, func.count())
        .where(
            col(CareContact.client_id) == client_id,
            col(CareContact.channel) == Channel.IN_PERSON,
            cast(day, Date) >= first,
        )
        .group_by(monday)
    )
    return {row[0]: row[1] for row in await tx.rows(wanted)}


async def goals_set(tx: Transaction, team_id: UUID, first: date, last: date, until: datetime) -> Sequence[Row[Any]]:
    """The goals that were set in the period, each with its client and how it stood by what was settled until then."""
    status = case(
        (col(IndependenceGoal.changed_at) <= until, col(IndependenceGoal.status)), else_=GoalStatus.WORKING.value
    )
    wanted = select(col(IndependenceGoal.client_id), status).where(
        col(IndependenceGoal.team_id) == team_id, col(IndependenceGoal.set_on).between(first, last)
    )
    return await tx.rows(wanted)
