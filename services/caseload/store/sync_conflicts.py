"""Conflicts: what stands side by side, who has to settle it, and how long it has stood."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, any_, func, select
from sqlmodel import col

from services.caseload.domain.administration import Administration
from services.caseload.domain.care_contact import CareContact
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.omaha import Occasion, OmahaRating
from services.caseload.domain.sync_conflict import SyncConflict, SyncVersion
from services.common.db import Transaction

RowT = TypeVar("RowT")


async def versions(tx: Transaction, conflict_id: UUID) -> Sequence[SyncVersion]:
    """In the order in which they were kept."""
    wanted = select(SyncVersion).where(col(SyncVersion.conflict_id) == conflict_id).order_by(col(SyncVersion.id))
    found: Sequence[SyncVersion] = await tx.all(wanted)
    return found


async def listed(tx: Transaction, *, is_open: bool, person: UUID | None, client_id: UUID | None = None) -> Select[Any]:
    """The visible ones; those that this person has to settle, where one is named."""
    settled_at = col(SyncConflict.settled_at)
    wanted = select(SyncConflict).where(await tx.visible(SyncConflict))
    wanted = wanted.where(settled_at.is_(None) if is_open else settled_at.is_not(None))
    if client_id is not None:
        wanted = wanted.where(col(SyncConflict.client_id) == client_id)
    return wanted if person is None else wanted.where(any_(col(SyncConflict.people)) == person)


async def by_id(tx: Transaction, model: type[RowT], row_id: UUID | None) -> RowT | None:
    """What is kept under an id that a device made, as far as the caller may see it."""
    return None if row_id is None else await tx.session.get(model, row_id)


async def parts(tx: Transaction, model: Any, parent: str, parent_id: UUID) -> Sequence[Any]:
    found: Sequence[Any] = await tx.all(select(model).where(col(getattr(model, parent)) == parent_id))
    return found


async def contact_at(tx: Transaction, visit_id: UUID, employee_id: UUID) -> CareContact | None:
    """What this person recorded of this visit."""
    same = col(CareContact.visit_id) == visit_id, col(CareContact.employee_id) == employee_id
    found: CareContact | None = await tx.session.scalar(select(CareContact).where(*same))
    return found


async def admission_rating(tx: Transaction, problem_id: UUID) -> OmahaRating | None:
    same = col(OmahaRating.problem_id) == problem_id, col(OmahaRating.occasion) == Occasion.ADMISSION
    found: OmahaRating | None = await tx.session.scalar(select(OmahaRating).where(*same))
    return found


async def nearest_administration(tx: Transaction, medicine: Medicine, at: datetime) -> Administration | None:
    """Of what was recorded of this medicine's course, what lies nearest to this time."""
    course = select(col(Medicine.id)).where(col(Medicine.course_id) == medicine.course_id)
    wanted = select(Administration).where(col(Administration.medicine_id).in_(course))
    apart = func.abs(func.extract("epoch", col(Administration.happened_at) - at))
    found: Administration | None = await tx.session.scalar(wanted.order_by(apart, col(Administration.id)).limit(1))
    return found
