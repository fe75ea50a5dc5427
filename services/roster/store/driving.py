"""Queries about what was driven. Where a home is one end, rows are read and written while homes are reckoned with."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Case, ColumnElement, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.base import Channel
from services.roster.domain.period import Period
from services.roster.domain.place import Place
from services.roster.domain.rounds.travel import TravelSource
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.way import UNKNOWN, DrivenLeg, Made
from services.roster.store.places import reckoning_with_homes

A_MOMENT = timedelta(minutes=1)


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


async def keep_way_there(tx: Transaction, team_id: UUID, leg: DrivenLeg) -> None:
    """Another visit lies before this one now; the way home from it stays as it was fixed."""
    new = insert(DrivenLeg)
    names = ("there_metres", "there_minutes", "fixed_at")
    is_estimate = or_(new.excluded.source == TravelSource.ESTIMATE, col(DrivenLeg.source) == TravelSource.ESTIMATE)
    upsert = new.on_conflict_do_update(
        index_elements=["visit_id", "employee_id"],
        set_={name: new.excluded[name] for name in names} | {"source": _source(is_estimate)},
    )
    async with reckoning_with_homes(tx, team_id):
        await tx.session.execute(upsert, leg.model_dump())


def _source(is_estimate: ColumnElement[bool]) -> Case[str]:
    """Of both ways of a leg it is the worse."""
    return case((is_estimate, TravelSource.ESTIMATE), else_=TravelSource.ROUTER)


async def days_to_fix(tx: Transaction, most: int) -> list[tuple[UUID, UUID, date]]:
    """Team, person and day of ways that are not known, where the team has told a place since they were looked at.

    The places of a moment before count too, as their transaction may have ended later.
    """
    told = (
        select(col(Place.team_id), func.max(col(Place.changed_at)).label("at")).group_by(col(Place.team_id)).subquery()
    )
    wanted = (
        select(col(DrivenLeg.team_id), col(DrivenLeg.employee_id), col(DrivenLeg.day_on))
        .join(told, col(DrivenLeg.team_id) == told.c.team_id)
        .where(UNKNOWN, col(DrivenLeg.fixed_at) < told.c.at + A_MOMENT)
        .distinct()
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in await tx.rows(wanted)]


async def keep_unknown(tx: Transaction, team_id: UUID, legs: Sequence[DrivenLeg]) -> None:
    """Only in the place of ways that were not known."""
    new = insert(DrivenLeg)
    ways = ("there_metres", "there_minutes", "back_metres", "back_minutes")
    was_unknown = col(DrivenLeg.there_metres).is_(None) & col(DrivenLeg.back_metres).is_(None)
    is_estimate = or_(
        new.excluded.source == TravelSource.ESTIMATE, ~was_unknown & (col(DrivenLeg.source) == TravelSource.ESTIMATE)
    )
    upsert = new.on_conflict_do_update(
        index_elements=["visit_id", "employee_id"],
        set_={name: func.coalesce(DrivenLeg.__table__.c[name], new.excluded[name]) for name in ways}  # type: ignore[attr-defined]
        | {"source": _source(is_estimate)}
        | {"fixed_at": new.excluded.fixed_at},
        where=or_(col(DrivenLeg.there_metres).is_(None), col(DrivenLeg.back_metres).is_(None)),
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
