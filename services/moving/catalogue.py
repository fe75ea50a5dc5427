"""What a service's database holds, as its own catalogue tells it, and each table as lines of JSON."""

from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import make_url

from services.common.service import Service
from services.moving.manifest import Refused, Sum

# Whoever reads and whoever writes must spell a value alike.
SPELLING = {"timezone": "UTC", "bytea_output": "hex", "intervalstyle": "iso_8601", "extra_float_digits": "1"}
# Row-level security binds the owner too.
EVERY_TEAM = {"app.every_team": "on"}
OWN = "relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition"
# Alembic's note of the schema's revision is in the manifest.
TABLES = f"select relname from pg_class where {OWN} and relname <> 'alembic_version' order by relname"
COLUMNS = f"""
    select relname, attname, format_type(atttypid, null) as type, attgenerated <> '' as generated,
        has_column_privilege(pg_class.oid, attnum, 'insert') as insertable
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where {OWN} and attnum > 0 and not attisdropped order by attrelid, attnum
"""
KEYS = f"""
    select relname, attname, atttypid in ('text'::regtype, 'varchar'::regtype) as is_text
    from pg_index join pg_class on pg_class.oid = indrelid
        cross join unnest(indkey) with ordinality as part (number, place)
        join pg_attribute on attrelid = indrelid and attnum = part.number
    where {OWN} and indisprimary order by indrelid, place
"""
COUNTERS = "select sequencename, last_value from pg_sequences where schemaname = 'public' and last_value is not null"


@dataclass(frozen=True)
class Column:
    """A column that is written to; those that the database works out are left out."""

    name: str
    type: str
    insertable: bool


@dataclass(frozen=True)
class Table:
    """One table with its columns, and the expression that puts its rows in order wherever they are."""

    name: str
    columns: tuple[Column, ...]
    order: str

    @property
    def documents(self) -> list[str]:
        """The columns of JSON, in which `null` and nothing are two things."""
        return [column.name for column in self.columns if column.type == "jsonb"]


async def opened(service: Service) -> asyncpg.Connection:
    """The owner's connection to a service's database, which sees every team's rows. Raises `Refused`."""
    settings = service.settings()
    url = make_url(settings.owner_database_url or settings.database_url).set(drivername="postgresql")
    try:
        return await asyncpg.connect(url.render_as_string(hide_password=False), server_settings=SPELLING | EVERY_TEAM)
    except (OSError, asyncpg.PostgresError) as error:
        raise Refused(f"{service.name}'s database cannot be reached ({type(error).__name__})") from error


async def tables(connection: asyncpg.Connection) -> list[Table]:
    """All of a service's tables, by name."""
    columns, keys = await connection.fetch(COLUMNS), await connection.fetch(KEYS)
    return [
        Table(
            name,
            tuple(Column(r["attname"], r["type"], r["insertable"]) for r in _of(columns, name) if not r["generated"]),
            ", ".join(quoted(r["attname"]) + (' collate "C"' if r["is_text"] else "") for r in _of(keys, name))
            or 'each::text collate "C"',
        )
        for (name,) in await connection.fetch(TABLES)
    ]


def _of(rows: list[asyncpg.Record], table: str) -> list[asyncpg.Record]:
    return [row for row in rows if row["relname"] == table]


async def counters(connection: asyncpg.Connection) -> dict[str, int]:
    """Where each sequence stands that has given a number."""
    return {row["sequencename"]: row["last_value"] for row in await connection.fetch(COUNTERS)}


async def stream(connection: asyncpg.Connection, table: Table, keep: Any = None) -> Sum:
    """Each row as a line of JSON, in order, to `keep`, an open file, where there is one; what they add up to."""
    total = Sum()

    async def take(data: bytes) -> None:
        total.add(data)
        if keep is not None:
            keep.write(data)

    # In no JSON that PostgreSQL writes is one of these, so that a line is the JSON itself.
    await connection.copy_from_query(
        _lines_of(table), output=take, format="csv", delimiter="\x01", quote="\x02", escape="\x02"
    )
    return total


def _lines_of(table: Table) -> str:
    wanted = [f"each.{quoted(column.name)}" for column in table.columns]
    if table.documents:
        nulls = ", ".join(
            f"case when jsonb_typeof(each.{quoted(one)}) = 'null' then '{one}' end" for one in table.documents
        )
        wanted.append(f"array_remove(array[{nulls}], null) as json_nulls")
    rows = f"select {', '.join(wanted)} from {quoted(table.name)} each order by {table.order}"
    return f"select row_to_json(one) from ({rows}) one"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
