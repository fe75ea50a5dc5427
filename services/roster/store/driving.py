"""Queries about what was driven. Where a home is one end, rows are read and written while homes are reckoned with."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.base import Channel
from services.roster.domain.period import Period
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.way import DrivenLeg, Made
from services.roster.store.places import reckoning_with_homes


async def made_on(tx: Transaction, team_id: UUID, person: UUID, day: date) -> list[Made]:
    """The visits that somebody made in person on a day, in the order in which they were planned to begin."""
    of = Period(day, day)
    wanted = select(col(Visit.id), col(Visit.team_id), col(Visit.client_id), col(Visit.starts_at)).where(
        col(Visit.team_id) == team_id,
        or_(col(Visit.employee_id) == person, col(Visit.accompanied_by) == person),
        col(Visit.status) == VisitStatus.DONE,
        col(Visit.channel) == Channel.IN_PERSON,
        col(Visit.starts_at) >= of.starts_at,
        col(Visit.starts_at) < of.ends_at,
    )
    found = await tx.rows(wanted.order_by(col(Visit.starts_at), col(Visit.id)))
    return [Made(row[0], row[1], row[2], day_in_england(row[3])) for row in found]


async def keep(tx: Transaction, team_id: UUID, legs: Sequence[DrivenLeg]) -> None:
    """In the place of what was kept of the same visits and people."""
    new = insert(DrivenLeg)
    names = [column.name for column in DrivenLeg.__table__.columns]  # type: ignore[attr-defined]
    upsert = new.on_conflict_do_update(
        index_elements=["visit_id", "employee_id"], set_={name: new.excluded[name] for name in names}
    )
    async with reckoning_with_homes(tx, team_id):
        await tx.session.execute(upsert, [leg.model_dump() for leg in legs])


async def of_visits(tx: Transaction, team_id: UUID, visits: Sequence[Visit]) -> dict[tuple[UUID, UUID], DrivenLeg]:
    """By visit and person."""
    wanted = select(DrivenLeg).where(
        col(DrivenLeg.team_id) == team_id, col(DrivenLeg.visit_id).in_([visit.id for visit in visits])
    )
    async with reckoning_with_homes(tx, team_id):
        return {(leg.visit_id, leg.employee_id): leg for leg in await tx.all(wanted)}
