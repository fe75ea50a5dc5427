"""Queries about medicines, what became of their doses, their stock, and to whom they are delegated."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlmodel import col

from services.caseload.domain.administration import Administration
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.delegation import REGISTERED_NURSE, Competence, Delegation, MemberRole
from services.caseload.domain.medicine import A_DAY, Medicine
from services.caseload.store.lent_shifts import lent_now
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.models import TeamOwned
from services.common.types import midnight_in_england


async def listed(tx: Transaction, model: type[TeamOwned], **wanted: UUID | None) -> Select[Any]:
    """The visible rows of this kind, by the columns that were asked for."""
    asked = [col(getattr(model, name)) == value for name, value in wanted.items() if value is not None]
    return select(model).where(await tx.visible(model), *asked)


async def due(tx: Transaction, day: date, *, team_id: UUID | None) -> Select[Any]:
    """The visible medicines that have times on this day, as far as they are not stopped and the client is in care."""
    wanted = select(Medicine).where(await tx.visible(Medicine), col(Medicine.stopped_at).is_(None))
    ends_on, starts_on = col(Medicine.ends_on), col(Medicine.starts_on)
    on_this_day = wanted.where(
        func.cardinality(col(Medicine.times)) > 0,
        starts_on <= day,
        ends_on.is_(None) | (ends_on >= day),
        (day - starts_on) % col(Medicine.every_days) == 0,
        _in_care(day),
    )
    return on_this_day if team_id is None else on_this_day.where(col(Medicine.team_id) == team_id)


def _in_care(day: date) -> ColumnElement[bool]:
    """Not paused nor discharged by then; what is prescribed may be older than the care."""
    paused_on, ended_on = col(EpisodeOfCare.paused_on), col(EpisodeOfCare.ended_on)
    theirs = select(EpisodeOfCare.id).where(col(EpisodeOfCare.client_id) == col(Medicine.client_id))  # type: ignore[call-overload]
    in_care: ColumnElement[bool] = theirs.where(
        paused_on.is_(None) | (paused_on > day), ended_on.is_(None) | (ended_on > day)
    ).exists()
    return in_care


async def of_day(tx: Transaction, course_ids: Collection[UUID], day: date) -> dict[UUID, list[Administration]]:
    """What was recorded of these courses around this day, by course, in the order of recording."""
    due_at, happened_at = col(Administration.due_at), col(Administration.happened_at)
    from_, to = midnight_in_england(day), midnight_in_england(day + A_DAY)
    of_that_day = (due_at >= from_) & (due_at < to) | happened_at.between(from_ - A_DAY, to + A_DAY)
    wanted = select(col(Medicine.course_id), Administration).join_from(
        Administration, Medicine, col(Administration.medicine_id) == col(Medicine.id)
    )
    mine = wanted.where(col(Medicine.course_id).in_(course_ids), of_that_day)
    found: defaultdict[UUID, list[Administration]] = defaultdict(list)
    for course_id, one in await tx.rows(mine.order_by(col(Administration.id))):
        found[course_id].append(one)
    return found


async def held(tx: Transaction, medicine_id: UUID) -> tuple[Medicine, Sequence[Medicine]]:
    """A visible medicine and its whole course, locked until the end, so that of two records one comes second.

    Raises `NotFound`.
    """
    own = select(col(Medicine.course_id)).where(col(Medicine.id) == medicine_id).scalar_subquery()
    course = select(Medicine).where(col(Medicine.course_id) == own, await tx.visible(Medicine))
    found = await tx.all(course.order_by(col(Medicine.id)).with_for_update())
    medicine = next((one for one in found if one.id == medicine_id), None)
    if medicine is None:
        raise NotFound("medicine")
    return medicine, found


async def await_from_now(tx: Transaction, client_id: UUID) -> None:
    """What was due of the client's until now is nobody's lateness. Whoever looks meanwhile comes before or after."""
    mine = col(Medicine.client_id) == client_id, col(Medicine.stopped_at).is_(None)
    await tx.session.execute(update(Medicine).where(*mine).values(awaited_from=tx.now))


async def around(
    tx: Transaction, medicine: Medicine, at: datetime, due_at: datetime | None, gap: timedelta
) -> Sequence[Administration]:
    """What was recorded of this medicine's course near this time, before and after it, and of this very dose."""
    span, happened_at = max(gap, A_DAY), col(Administration.happened_at)
    near: list[ColumnElement[bool]] = [happened_at.between(at - span, at + span)]
    if due_at is not None:
        near.append(col(Administration.due_at) == due_at)
    course = select(col(Medicine.id)).where(col(Medicine.course_id) == medicine.course_id)
    return await tx.all(select(Administration).where(col(Administration.medicine_id).in_(course), or_(*near)))


def administrations_of(medicine: Medicine) -> Select[Any]:
    """What became of the doses of a medicine that the caller has read."""
    return select(Administration).where(col(Administration.medicine_id) == medicine.id)


async def is_registered(tx: Transaction, team_id: UUID, employee_id: UUID | None) -> bool:
    """Whether hr has told that they are a registered nurse in this team, or in that which lends them to it now."""
    lent = lent_now(tx, team_id, col(MemberRole.employee_id))
    wanted = select(col(MemberRole.employee_id)).where(
        col(MemberRole.employee_id) == employee_id,
        col(MemberRole.role) == REGISTERED_NURSE,
        or_(col(MemberRole.team_id) == team_id, lent),
    )
    return bool(await tx.all(wanted.limit(1)))


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
