"""Queries about calendar feeds, and what stands in them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.feed import KEPT, CalendarFeed
from services.roster.domain.shift import Shift
from services.roster.domain.visit import Visit


def feeds_of(employee_id: UUID | None) -> Select[Any]:
    return select(CalendarFeed).where(col(CalendarFeed.employee_id) == employee_id)


async def by_link(tx: Transaction, link_print: str) -> CalendarFeed | None:
    """The feed of this link. From here on the database shows whose it is their own shifts and visits, and no more."""
    await tx.session.execute(select(func.set_config("app.link_print", link_print, True)))
    found = await tx.all(select(CalendarFeed).where(col(CalendarFeed.link_print) == link_print))
    return found[0] if found else None


async def shifts_of(tx: Transaction, employee_id: UUID) -> Sequence[Shift]:
    """Of the teams that this person belongs to today, and those for which another team borrows them."""
    mine = col(Shift.employee_id) == employee_id, col(Shift.starts_at) > tx.now - KEPT
    shown = or_(col(Shift.loan_id).is_not(None), col(Shift.team_id).in_(_teams_of(tx, employee_id)))
    return await tx.all(select(Shift).where(*mine, shown))


async def visits_of(tx: Transaction, employee_id: UUID) -> Sequence[Visit]:
    """Those that a person makes, and those where they come along, of the same teams."""
    mine = or_(col(Visit.employee_id) == employee_id, col(Visit.accompanied_by) == employee_id)
    wanted = select(Visit).where(mine, col(Visit.starts_at) > tx.now - KEPT)
    return await tx.all(wanted.where(col(Visit.team_id).in_(_teams_of(tx, employee_id))))


def _teams_of(tx: Transaction, employee_id: UUID) -> Select[Any]:
    member = tx.metadata.tables["team_member"]
    return select(member.c.team_id).where(
        member.c.employee_id == employee_id,
        member.c.from_on <= tx.today,
        or_(member.c.until_on.is_(None), member.c.until_on >= tx.today),
    )
