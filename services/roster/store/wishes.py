"""Queries about links to visits, and the wishes that came by them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.move_wish import MoveWish, VisitLink, WishState
from services.roster.store.of_team import of_team


async def links_of(tx: Transaction, visit_id: UUID) -> Sequence[VisitLink]:
    """Those that still open something."""
    sent = col(VisitLink.visit_id) == visit_id, col(VisitLink.revoked_at).is_(None)
    return await tx.all(select(VisitLink).where(*sent).with_for_update())


async def by_link(tx: Transaction, link_print: str) -> VisitLink | None:
    """What this link leads to. The database shows the one row of this link alone."""
    await tx.session.execute(select(func.set_config("app.link_print", link_print, True)))
    found = await tx.all(select(VisitLink).where(col(VisitLink.link_print) == link_print))
    return found[0] if found else None


async def last_wish(tx: Transaction, visit_id: UUID) -> MoveWish | None:
    wanted = select(MoveWish).where(col(MoveWish.visit_id) == visit_id)
    found = await tx.all(wanted.order_by(col(MoveWish.id).desc()).limit(1))
    return found[0] if found else None


async def listed(tx: Transaction, *, team_id: UUID | None, is_open: bool | None) -> Select[Any]:
    wanted = await of_team(tx, MoveWish, team_id)
    asked = col(MoveWish.state) == WishState.ASKED
    return wanted if is_open is None else wanted.where(asked if is_open else ~asked)
