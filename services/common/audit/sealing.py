"""Sealing: beside the requests, every second, by one replica at a time, and never past what may still be written."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
from sqlalchemy.engine import make_url

from services.common.audit.seals import KEEP, NEWEST_ROW, NEWEST_SEAL, NEXT_ROWS, Seal
from services.common.audit.tables import EVENT
from services.common.outages import is_database_down

log = logging.getLogger(__name__)

PAUSE_SECONDS, RETRY_SECONDS, LOOK_SECONDS = 1.0, 2.0, 0.05
MOST_ROWS = 2000
LEAD = "select pg_try_advisory_lock(hashtext('heatshield.audit'))"
SILENT_MILLISECONDS = "30000"
# Whoever adds a row locks the table in this mode before the row has its number, and until its commit can be seen.
WRITERS = f"""
    select virtualtransaction from pg_locks
    where locktype = 'relation' and relation = '{EVENT}'::regclass and mode = 'RowExclusiveLock'
    and database = (select oid from pg_database where datname = current_database())
"""  # noqa: S608  a constant


@dataclass
class Sealer:
    """Seals one database's trail, on a connection of its own."""

    connection: asyncpg.Connection
    # The newest seal that this process made or found: the next look has to find it again.
    newest: Seal | None = None

    async def seal(self) -> int:
        """Seal what there is by now. How many rows were sealed."""
        upto, sealed = await self._settled(), 0
        while rows := await self._seal_next(upto):
            sealed += rows
        return sealed

    async def _settled(self) -> int:
        """A number up to which every row can be seen, or never will be.

        A lower number may be committed after a higher one. So all who are writing as the highest is looked up are
        waited for: whoever begins later gets a higher one.
        """
        upto: int = await self.connection.fetchval(NEWEST_ROW)
        writing = await self._writers()
        while writing:
            await asyncio.sleep(LOOK_SECONDS)
            writing &= await self._writers()
        return upto

    async def _writers(self) -> set[str]:
        return {row[0] for row in await self.connection.fetch(WRITERS)}

    async def _seal_next(self, upto: int) -> int:
        """Two who seal at once would want the same number, and one of them fails."""
        async with self.connection.transaction():
            found = await self.connection.fetchrow(NEWEST_SEAL)
            before = Seal.of(found) if found else None
            self._compare(before)
            after = before.last_seq if before else 0
            next_rows = await self.connection.fetchrow(NEXT_ROWS, after, upto, MOST_ROWS)
            if not next_rows["rows"]:
                self.newest = before
                return 0
            made = Seal.next(before, next_rows["last_seq"], next_rows["rows"], next_rows["digest"], datetime.now(UTC))
            await self.connection.execute(KEEP, *vars(made).values())
        self.newest = made
        # The log is kept elsewhere: whoever changes the trail and its seals would have to change this line as well.
        told = {"seal": made.n, "last_seq": made.last_seq, "rows": made.rows, "hash": made.hash.hex()}
        log.info("audit trail sealed", extra=told)
        return made.rows

    def _compare(self, before: Seal | None) -> None:
        known = self.newest
        if known is not None and (before is None or before.n < known.n or (before.n == known.n and before != known)):
            log.error("audit trail broken: its newest seal is gone", extra={"seal": known.n, "hash": known.hash.hex()})


async def keep_sealed(database_url: str) -> None:
    """Seal for as long as the process lives; an outage is outlived."""
    dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            await _while_connected(dsn)
        except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
            if not is_database_down(error):
                log.warning("sealing interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(RETRY_SECONDS)


async def _while_connected(dsn: str) -> None:
    limit = {"idle_session_timeout": SILENT_MILLISECONDS}
    connection = await asyncpg.connect(dsn, timeout=5, command_timeout=30, server_settings=limit)
    sealer, leads = Sealer(connection), False
    try:
        while not connection.is_closed():
            leads = leads or await connection.fetchval(LEAD)
            if leads:
                await sealer.seal()
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        with contextlib.suppress(Exception):
            await connection.close(timeout=2)
