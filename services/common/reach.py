"""Whom a caller may know of, in statements that are made once and read past the session."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, ColumnElement, Table, Uuid, any_, bindparam, cast, func, or_, select

from services.common.db import Transaction

# The actor's own, as the transaction was told when it began.
OWN_TEAMS = cast(select(func.app_teams()).scalar_subquery(), ARRAY(Uuid))


def within_reach(client: Table) -> ColumnElement[bool]:
    """The clients whom `Transaction.get` would find; the statement is told `reach()`."""
    own = client.c.team_id == any_(OWN_TEAMS)
    return or_(bindparam("every_team", type_=Boolean), own, client.c.id == bindparam("shown", type_=Uuid))


def reach(tx: Transaction) -> dict[str, Any]:
    return {"every_team": not tx.actor.is_team_bound, "shown": tx.shown}


def reads(tx: Transaction, client_id: UUID | None, team_id: UUID | None) -> None:
    """Put on record whose a row is that was read as columns or as JSON; loaded objects are noted by themselves."""
    if tx.record is not None:
        tx.record.concern.note(client_id, team_id)
