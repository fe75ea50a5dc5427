"""Copies of what other services own: the newest state wins, whatever the order in which the events arrive."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import SQLModel

from services.common.db import Transaction

# A model, its table, or the name of a table that every service has.
Into = type[SQLModel] | Table | str


async def keep_newest(tx: Transaction, into: Into, values: dict[str, Any]) -> bool:
    """Keep this state of somebody else's record unless a newer one is known already. Whether it was kept.

    The table has a `version`, which is the version of the owner's aggregate that the event was about.
    """
    table = _table(tx, into)
    row = {**values, "version": tx.event_version}
    statement = _newest(table, tuple(row), rebuilding=tx.rebuilding).returning(*table.primary_key)
    return (await tx.session.execute(statement, row)).first() is not None


async def keep_newest_of(tx: Transaction, into: Into, rows: Sequence[dict[str, Any]]) -> None:
    """The same for many states at once, each with its `version`."""
    statement = _newest(_table(tx, into), tuple(rows[0]), rebuilding=tx.rebuilding)
    await tx.session.execute(statement, rows)


@lru_cache(maxsize=200)
def _newest(table: Table, names: tuple[str, ...], *, rebuilding: bool) -> Insert:
    """Made once for each table, for to make it costs more than to run it."""
    keys = [column.name for column in table.primary_key]
    newest = insert(table)
    known, told = table.c.version, newest.excluded.version
    return newest.on_conflict_do_update(
        index_elements=keys,
        set_={name: newest.excluded[name] for name in names if name not in keys},
        # Made again, a copy is written even where it claims to be as new: that is what may be wrong with it.
        where=known <= told if rebuilding else known < told,
    )


def _table(tx: Transaction, into: Into) -> Table:
    if isinstance(into, Table):
        return into
    name = into if isinstance(into, str) else str(into.__tablename__)
    return tx.metadata.tables[name]
