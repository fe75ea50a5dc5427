"""Putting rows into tables as they were, past the triggers and keys that hold for those who write one at a time."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from services.moving.catalogue import OWN, Table, quoted

# How many bytes of lines go into one statement.
LOT = 1 << 20
KEYS = f"""
    select format('alter table %I drop constraint %I', relname, conname) as off,
        format('alter table %I add constraint %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid)) as back
    from pg_constraint join pg_class on pg_class.oid = conrelid where {OWN} and contype = 'f' and conparentid = 0
"""
# As each was switched: only with a session's own changes, in a replica too, or in a replica alone.
TRIGGERS = f"""
    select format('alter table %I disable trigger %I', relname, tgname) as off,
        format('alter table %I enable %s trigger %I', relname,
            case tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, tgname) as back
    from pg_trigger join pg_class on pg_class.oid = tgrelid
    where {OWN} and not tgisinternal and tgparentid = 0 and tgenabled <> 'D'
"""


@asynccontextmanager
async def unhindered(connection: asyncpg.Connection, tables: Sequence[Table]) -> AsyncIterator[None]:
    """The tables without the rows that migrations put in, and until the end without triggers and foreign keys.

    The owner may write what it has taken from itself, such as the number of a row of the audit trail, for as long.
    """
    switched = [*await connection.fetch(TRIGGERS), *await connection.fetch(KEYS)]
    closed = [
        (quoted(column.name), quoted(table.name))
        for table in tables
        for column in table.columns
        if not column.insertable
    ]
    await connection.execute(";".join(row["off"] for row in switched))
    for table in tables:
        if await connection.fetchval(f"select exists (select from {quoted(table.name)})"):
            await connection.execute(f"delete from {quoted(table.name)}")
    for column, name in closed:
        await connection.execute(f"grant insert ({column}) on {name} to current_user")
    yield
    for column, name in closed:
        await connection.execute(f"revoke insert ({column}) on {name} from current_user")
    await connection.execute(";".join(row["back"] for row in switched))


async def load(connection: asyncpg.Connection, table: Table, path: Path) -> None:
    """Every line of a file as a row."""
    statement = await connection.prepare(_insert(table))
    for lot in _lots(path):
        await statement.fetch("[" + ",".join(lot) + "]")


def _lots(path: Path) -> Iterator[list[str]]:
    """The lines of a file, about a megabyte at a time."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        for first in lines:
            lot, size = [first], len(first)
            while size < LOT and (line := next(lines, None)) is not None:
                lot.append(line)
                size += len(line)
            yield lot


def _insert(table: Table) -> str:
    """PostgreSQL itself reads each value in the form in which it wrote it."""
    names = ", ".join(quoted(column.name) for column in table.columns)
    values = ", ".join(_value(table, column.name) for column in table.columns)
    rows = f"jsonb_array_elements($1::text::jsonb) line, jsonb_populate_record(null::{quoted(table.name)}, line) one"
    return f"insert into {quoted(table.name)} ({names}) overriding system value select {values} from {rows}"


def _value(table: Table, column: str) -> str:
    if column not in table.documents:
        return f"one.{quoted(column)}"
    return f"case when line->'json_nulls' ? '{column}' then 'null'::jsonb else one.{quoted(column)} end"


async def set_counters(connection: asyncpg.Connection, counters: dict[str, int]) -> None:
    """What is numbered from now on goes on where it stood."""
    for name, value in counters.items():
        await connection.execute("select setval(format('%I', $1::text)::regclass, $2)", name, value)
