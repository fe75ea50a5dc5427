"""Doses of which nobody has settled yet whether they go on record."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, insert, select
from sqlmodel import col

from services.caseload.domain.dose_in_dispute import DoseInDispute
from services.caseload.domain.medicine import A_DAY, Medicine
from services.common.db import Transaction
from services.common.types import midnight_in_england


async def around(
    tx: Transaction, medicine: Medicine, at: datetime, gap: timedelta, but: UUID
) -> Sequence[DoseInDispute]:
    """Of this medicine's course near this time, before and after it, but for the one with this id itself."""
    span = max(gap, A_DAY)
    same = col(Medicine.course_id) == medicine.course_id
    near = col(DoseInDispute.happened_at).between(at - span, at + span)
    wanted = _by_course(DoseInDispute).where(same, near, col(DoseInDispute.administration_id) != but)
    return await tx.all(wanted.order_by(col(DoseInDispute.id)))


async def of_day(tx: Transaction, course_ids: Collection[UUID], day: date) -> dict[UUID, list[DoseInDispute]]:
    """What is said of these courses around this day, by course."""
    from_, to = midnight_in_england(day) - A_DAY, midnight_in_england(day + A_DAY) + A_DAY
    wanted = _by_course(col(Medicine.course_id), DoseInDispute).where(
        col(Medicine.course_id).in_(course_ids), col(DoseInDispute.happened_at).between(from_, to)
    )
    found: defaultdict[UUID, list[DoseInDispute]] = defaultdict(list)
    for course_id, one in await tx.rows(wanted.order_by(col(DoseInDispute.id))):
        found[course_id].append(one)
    return found


def _by_course(*columns: Any) -> Select[Any]:
    return select(*columns).join_from(DoseInDispute, Medicine, col(Medicine.id) == col(DoseInDispute.medicine_id))


async def await_settlement(tx: Transaction, dose: DoseInDispute) -> None:
    """It counts from now on. To be asked beyond the wall, where it waits for another team."""
    await tx.session.execute(insert(DoseInDispute), [dose.model_dump()])


async def end(tx: Transaction, operation_id: UUID | None) -> None:
    """A person settles what came of this operation: from now on it counts no more."""
    await _forget(tx, col(DoseInDispute.operation_id) == operation_id)


async def end_same(tx: Transaction, administration_id: UUID) -> None:
    """A person says that it is one with another, which goes on record."""
    await _forget(tx, col(DoseInDispute.administration_id) == administration_id)


async def _forget(tx: Transaction, these: ColumnElement[bool]) -> None:
    await tx.session.execute(delete(DoseInDispute).where(await tx.visible(DoseInDispute), these))
