"""Queries about series of visits, and about visits that are late."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.agency_call import A_DAY, AgencyCall
from services.roster.domain.base import Channel
from services.roster.domain.recurrence import VisitSeries
from services.roster.domain.visit import TO_COME, Visit, VisitStatus


async def made_from(tx: Transaction, series_id: UUID, from_on: date) -> Sequence[Visit]:
    """What was made of a series from this day on, whatever became of it, locked."""
    mine = col(Visit.series_id) == series_id, col(Visit.occurrence_on) >= from_on
    return await tx.all(select(Visit).where(*mine).order_by(col(Visit.id)).with_for_update())


async def occurrence(tx: Transaction, series_id: UUID, on: date) -> Visit | None:
    found = await tx.all(select(Visit).where(col(Visit.series_id) == series_id, col(Visit.occurrence_on) == on))
    return found[0] if found else None


async def agency_calls(tx: Transaction, client_ids: Collection[UUID], on: date) -> Sequence[AgencyCall]:
    """Those of this day, and of the days beside it: a call may last over midnight."""
    wanted = select(AgencyCall).where(
        col(AgencyCall.client_id).in_(client_ids),
        col(AgencyCall.from_on) <= on + A_DAY,
        or_(col(AgencyCall.until_on).is_(None), col(AgencyCall.until_on) >= on - A_DAY),
    )
    return await tx.all(wanted)


async def next_series(tx: Transaction, after: UUID) -> VisitSeries | None:
    """The next that goes on, in the order of ids; one that another replica works on is left to it."""
    goes_on = or_(col(VisitSeries.until_on).is_(None), col(VisitSeries.until_on) >= tx.today)
    wanted = select(VisitSeries).where(col(VisitSeries.id) > after, goes_on).order_by(col(VisitSeries.id)).limit(1)
    found = await tx.all(wanted.with_for_update(skip_locked=True))
    return found[0] if found else None


async def late_visits(tx: Transaction, after: timedelta, *, round_: timedelta, most: int) -> Sequence[Visit]:
    """Visits at homes of which nobody was told that they are late: begun and not ended, or not begun by somebody who
    has begun another of the same round, which goes on so long. Whoever does not say where they are is not looked for.
    """
    before = aliased(Visit)
    on_round = select(col(before.id)).where(
        col(before.team_id) == col(Visit.team_id),
        col(before.employee_id) == col(Visit.employee_id),
        col(before.starts_at).between(tx.now - 2 * round_, tx.now),
        col(before.started_at) > tx.now - round_,
    )
    not_ended = and_(col(Visit.status) == VisitStatus.IN_PROGRESS, col(Visit.ends_at) < tx.now - after)
    not_begun = and_(col(Visit.status).in_(TO_COME), col(Visit.starts_at) < tx.now - after, on_round.exists())
    late = select(Visit).where(
        col(Visit.late_alerted_at).is_(None),
        col(Visit.status).in_((*TO_COME, VisitStatus.IN_PROGRESS)),
        col(Visit.starts_at).between(tx.now - 2 * round_, tx.now),
        col(Visit.channel) == Channel.IN_PERSON,
        or_(not_ended, not_begun),
    )
    return await tx.all(late.order_by(col(Visit.id)).limit(most).with_for_update(skip_locked=True))
