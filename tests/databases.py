"""Migrated databases for tests: copied once from the template, and emptied after each test instead of copied anew."""

from collections import defaultdict
from dataclasses import dataclass, field

import asyncpg
from uuid6 import uuid7

from demo.servers.postgres import EmbeddedPostgres, create_database

# What a test changes of the catalogue, and not of rows, ends its database. Statistics are no such change.
SHAPE = """
    select array[
        (select sum(hashtext(format('%s %s %s %s', oid, relacl, relrowsecurity, relforcerowsecurity))::bigint)
         from pg_class where relnamespace = 'public'::regnamespace),
        (select sum(hashtext(format('%s %s %s %s %s', attrelid, attname, atttypid, attnotnull, attacl))::bigint)
         from pg_attribute join pg_class on pg_class.oid = attrelid where relnamespace = 'public'::regnamespace),
        (select sum(hashtext(format('%s %s', oid, xmin))::bigint) from pg_constraint),
        (select sum(hashtext(format('%s %s', oid, xmin))::bigint) from pg_policy),
        (select sum(hashtext(format('%s %s %s %s %s', tgrelid, tgname, tgfoid, tgtype, tgenabled))::bigint)
         from pg_trigger where not tgisinternal),
        (select sum(hashtext(format('%s %s', oid, xmin))::bigint) from pg_proc
         where pronamespace = 'public'::regnamespace),
        (select sum(hashtext(pg_namespace::text)::bigint) from pg_namespace where nspname not like 'pg_%')]
"""
WRITTEN = """
    with found as materialized (
        select relname, pg_relation_size(oid) as size from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace)
    select relname, size from found where size > 0
"""
OTHERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
COUNTED = "select sequencename, start_value, last_value from pg_sequences where last_value is not null"
# A trigger that runs in a replica too, as that of the audit trail.
GUARDS = """
    select relname, tgname from pg_trigger join pg_class on pg_class.oid = tgrelid where tgenabled = 'A'
"""
# Dead rows stay where they were, so that a database grows with each test.
LARGEST = 512 * 1024


@dataclass
class _Template:
    """What every copy begins with: its shape, and the rows that migrations put in."""

    shape: list[int]
    rows: dict[str, list[asyncpg.Record]]
    counted: dict[str, int]


@dataclass
class Stock:
    """One worker's databases that are as they were made, by service."""

    postgres: EmbeddedPostgres
    _clean: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _templates: dict[str, _Template] = field(default_factory=dict)

    async def take(self, service: str) -> str:
        """The name of one, made where none is left."""
        if self._clean[service]:
            return self._clean[service].pop()
        name = f"{service}_{uuid7().hex}"
        admin = await self.postgres.admin()
        try:
            await create_database(admin, service, name, f"template {service} strategy file_copy")
        finally:
            await admin.close()
        return name

    async def give_back(self, service: str, name: str) -> None:
        """Empty it of all that was written, or drop it where more than rows was changed."""
        template = await self._template(service)
        connection = await self.postgres.admin(name)
        try:
            await connection.execute(OTHERS)
            kept = await connection.fetchval(SHAPE) == template.shape and await _empty(connection, template)
        finally:
            await connection.close()
        if kept:
            self._clean[service].append(name)
        else:
            await self.drop(name)

    async def drop(self, name: str) -> None:
        admin = await self.postgres.admin()
        try:
            await admin.execute(f"drop database {name} with (force)")
        finally:
            await admin.close()

    async def _template(self, service: str) -> _Template:
        if service not in self._templates:
            name = await self.take(service)
            connection = await self.postgres.admin(name)
            try:
                tables = [row["relname"] for row in await connection.fetch(WRITTEN)]
                rows = {table: await connection.fetch(f'select * from "{table}"') for table in tables}
                counted = {row["sequencename"]: row["last_value"] for row in await connection.fetch(COUNTED)}
                self._templates[service] = _Template(await connection.fetchval(SHAPE), rows, counted)
            finally:
                await connection.close()
            self._clean[service].append(name)
        return self._templates[service]


async def _empty(connection: asyncpg.Connection, template: _Template) -> bool:
    """Whether it was made as it was. No trigger runs, and no key that leads to another table is looked at."""
    written: dict[str, int] = {row["relname"]: row["size"] for row in await connection.fetch(WRITTEN)}
    if max(written.values()) > LARGEST:
        return False
    await connection.execute("set session_replication_role = replica")
    guards = [(row["relname"], row["tgname"]) for row in await connection.fetch(GUARDS) if row["relname"] in written]
    steps = [
        *(f'alter table "{table}" disable trigger "{guard}"' for table, guard in guards),
        *(f'delete from "{table}"' for table in written),
        *(f'alter table "{table}" enable always trigger "{guard}"' for table, guard in guards),
    ]
    await connection.execute(";".join(steps))
    for table, rows in template.rows.items():
        if rows:
            await connection.copy_records_to_table(table, columns=list(rows[0].keys()), records=map(tuple, rows))
    for sequence, start, _ in await connection.fetch(COUNTED):
        last = template.counted.get(sequence)
        await connection.execute(
            "select setval(format('%I', $1::text)::regclass, $2, $3)", sequence, last or start, last is not None
        )
    return True
