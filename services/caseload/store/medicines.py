"""Queries about medicines, what became of their doses, their stock, and to whom they are delegated."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from services.caseload.domain.administration import Administration
from services.caseload.domain.delegation import REGISTERED_NURSE, Competence, Delegation, MemberRole
from services.caseload.domain.medicine import A_DAY, Medicine
from services.common.db import Transaction
from services.common.models import TeamOwned
from services.common.types import midnight_in_england


async def listed(tx: Transaction, model: type[TeamOwned], **wanted: UUID | None) -> Select[Any]:
    """The visible rows of this kind, by the columns that were asked for."""
    asked = [col(getattr(model, name)) == value for name, value in wanted.items() if value is not None]
    return select(model).where(await tx.visible(model), *asked)


async def due(tx: Transaction, day: date, *, team_id: UUID | None) -> Select[Any]:
    """The visible medicines that have times on this day, as far as they are not stopped."""
    wanted = select(Medicine).where(await tx.visible(Medicine), col(Medicine.stopped_at).is_(None))
    ends_on, starts_on = col(Medicine.ends_on), col(Medicine.starts_on)
    on_this_day = wanted.where(
        func.cardinality(col(Medicine.times)) > 0,
        starts_on <= day,
        ends_on.is_(None) | (ends_on >= day),
        (day - starts_on) % col(Medicine.every_days) == 0,
    )
    return on_this_day if team_id is None else on_this_day.where(col(Medicine.team_id) == team_id)


async def of_day(tx: Transaction, medicine_ids: Sequence[UUID], day: date) -> Sequence[Administration]:
    """What became of these medicines' doses of this day, in the order of recording."""
    due_at = col(Administration.due_at)
    wanted = select(Administration).where(
        col(Administration.medicine_id).in_(medicine_ids),
        due_at >= midnight_in_england(day),
        due_at < midnight_in_england(day + timedelta(days=1)),
    )
    return await tx.all(wanted.order_by(col(Administration.id)))


async def around(
    tx: Transaction, medicine: Medicine, at: datetime, due_at: datetime | None, gap: timedelta
) -> Sequence[Administration]:
    """What was recorded of this medicine near this time, before and after it, and of this very dose."""
    span, happened_at = max(gap, A_DAY), col(Administration.happened_at)
    near: list[ColumnElement[bool]] = [happened_at.between(at - span, at + span)]
    if due_at is not None:
        near.append(col(Administration.due_at) == due_at)
    return await tx.all(
        select(Administration).where(col(Administration.medicine_id).in_(medicine.counted_ids), or_(*near))
    )


def administrations_of(medicine: Medicine) -> Select[Any]:
    """What became of the doses of a medicine that the caller has read."""
    return select(Administration).where(col(Administration.medicine_id) == medicine.id)


async def is_registered(tx: Transaction, team_id: UUID, employee_id: UUID | None) -> bool:
    """Whether hr has told that they are a registered nurse in this team."""
    mine = col(MemberRole.team_id) == team_id, col(MemberRole.employee_id) == employee_id
    return await tx.session.scalar(select(col(MemberRole.role)).where(*mine)) == REGISTERED_NURSE


async def delegations(tx: Transaction, medicine: Medicine, employee_id: UUID) -> Sequence[Delegation]:
    mine = col(Delegation.medicine_id) == medicine.id, col(Delegation.employee_id) == employee_id
    return await tx.all(select(Delegation).where(*mine))


async def competence_at(
    tx: Transaction, team_id: UUID, employee_id: UUID, task: str, at: datetime
) -> Competence | None:
    """The one that held at this time and holds the longest."""
    theirs = (
        col(Competence.team_id) == team_id,
        col(Competence.employee_id) == employee_id,
        col(Competence.task) == task,
    )
    wanted = select(Competence).where(*theirs).order_by(col(Competence.until_on).desc())
    return next((one for one in await tx.all(wanted) if one.holds_at(at)), None)
