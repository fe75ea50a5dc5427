"""Queries about visits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.period import Period
from services.roster.domain.visit import OPEN, TO_COME, Visit
from services.roster.store.of_team import of_team


async def visits_of_day(
    tx: Transaction, *, team_id: UUID | None, on: date, employee_id: UUID | None, late: bool
) -> Sequence[Visit]:
    """The visits that start on this day in England, in order; of one person also those where they come along, and
    those alone that are open and late, where so asked."""
    day = Period(on, on)
    wanted = await of_team(tx, Visit, team_id)
    wanted = wanted.where(col(Visit.starts_at) >= day.starts_at, col(Visit.starts_at) < day.ends_at)
    if employee_id is not None:
        wanted = wanted.where(or_(col(Visit.employee_id) == employee_id, col(Visit.accompanied_by) == employee_id))
    if late:
        wanted = wanted.where(col(Visit.late_alerted_at).is_not(None), col(Visit.status).in_(OPEN))
    return await tx.all(wanted.order_by(col(Visit.starts_at), col(Visit.id)))


async def visit_of(tx: Transaction, visit_id: UUID, *, team_id: UUID, client_id: UUID) -> Visit | None:
    """This visit, locked, if it is one of this team to this client."""
    wanted = select(Visit).where(
        col(Visit.id) == visit_id, col(Visit.team_id) == team_id, col(Visit.client_id) == client_id
    )
    found: Visit | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found


async def visits_to_come(tx: Transaction, team_id: UUID, client_id: UUID) -> Sequence[Visit]:
    """What this team has planned with this client from now on, locked."""
    wanted = select(Visit).where(
        col(Visit.team_id) == team_id,
        col(Visit.client_id) == client_id,
        col(Visit.status).in_(TO_COME),
        col(Visit.starts_at) > tx.now,
    )
    return await tx.all(wanted.order_by(col(Visit.id)).with_for_update())
