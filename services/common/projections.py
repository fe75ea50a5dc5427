"""Copies of what other services own: the newest state wins, whatever the order in which the events arrive."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from services.common.db import Transaction


async def keep_newest(tx: Transaction, into: type[SQLModel] | Table, values: dict[str, Any]) -> bool:
    """Keep this state of somebody else's record unless a newer one is known already. Whether it was kept.

    The table has a `version`, which is the version of the owner's aggregate that the event was about.
    """
    table: Table = into if isinstance(into, Table) else into.__table__  # type: ignore[attr-defined]
    keys = [column.name for column in table.primary_key]
    newest = insert(table).values(**values, version=tx.event_version)
    newest = newest.on_conflict_do_update(
        index_elements=keys,
        set_={name: newest.excluded[name] for name in (*values, "version") if name not in keys},
        where=table.c.version < newest.excluded.version,
    )
    return (await tx.session.execute(newest.returning(*table.primary_key))).first() is not None
