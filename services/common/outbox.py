"""The relay: an event leaves if and only if its change was committed, and in the order of its commits."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from services.common.broker import Broker, Unroutable
from services.common.db import Database
from services.common.errors import is_database_down
from services.common.events import Envelope

log = logging.getLogger(__name__)

BATCH = 200
POLL_SECONDS = 1.0
RETRY_SECONDS = 0.5
KEEP_SENT = timedelta(days=14)
KEEP_RETRIES = timedelta(hours=72)
PURGE_SECONDS = 600


class Relay:
    """Runs in every replica; an advisory lock lets one at a time send, so that order is kept."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self._database, self._broker = database, broker
        self._outbox = database.metadata.tables["outbox"]
        self._written = asyncio.Event()

    async def run(self) -> None:
        """Send for as long as the process lives, woken by NOTIFY, with a poll as the net."""
        async with self._listening():
            while True:
                self._written.clear()
                try:
                    while await self.send_batch():
                        pass
                except Unroutable as error:
                    log.warning("event waits for a queue", extra={"event": str(error)})
                    await asyncio.sleep(RETRY_SECONDS)
                except Exception as error:  # noqa: BLE001  the relay outlives every outage
                    log.warning("relay interrupted", extra={"error": type(error).__name__})
                    await asyncio.sleep(RETRY_SECONDS)
                # Not wait_for: in Python 3.11 it may swallow a cancellation that comes together with the wake-up.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._written.wait()

    async def send_batch(self) -> int:
        """Publish the oldest unsent events and mark them; a failure on the way leaves them unsent."""
        async with self._database.engine.begin() as connection:
            mine = await connection.execute(text("select pg_try_advisory_xact_lock(hashtext('heatshield.relay'))"))
            if not mine.scalar_one():
                return 0
            rows = await self._unsent(connection)
            if rows:
                await self._broker.publish([Envelope.model_validate(envelope) for _, envelope in rows])
                seqs = [seq for seq, _ in rows]
                sent = update(self._outbox).where(self._outbox.c.seq.in_(seqs)).values(sent_at=func.clock_timestamp())
                await connection.execute(sent)
        return len(rows)

    async def _unsent(self, connection: AsyncConnection) -> list[tuple[int, dict[str, object]]]:
        outbox = self._outbox
        oldest = select(outbox.c.seq, outbox.c.envelope).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.seq)
        return [(row.seq, row.envelope) for row in await connection.execute(oldest.limit(BATCH))]

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """Wake at every commit. Without a connection to listen on, the poll alone carries the events."""
        listener = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def _listen(self) -> None:
        dsn = make_url(self._database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                connection = await asyncpg.connect(dsn)
                closed = asyncio.Event()
                connection.add_termination_listener(lambda _, closed=closed: closed.set())
                try:
                    await connection.add_listener("outbox", lambda *_: self._written.set())
                    await closed.wait()
                finally:
                    await connection.close(timeout=2)
            except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
                if not is_database_down(error):
                    log.warning("listener interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(RETRY_SECONDS)


async def purge(database: Database) -> None:
    """Forget what was sent, applied or retried long ago, so that the tables' cost does not grow with history."""
    tables = database.metadata.tables
    ages = [
        (tables["outbox"], tables["outbox"].c.sent_at, KEEP_SENT),
        (tables["inbox"], tables["inbox"].c.applied_at, KEEP_SENT * 2),
        (tables["idempotency_key"], tables["idempotency_key"].c.made_at, KEEP_RETRIES),
    ]
    while True:
        try:
            async with database.engine.begin() as connection:
                for table, instant, age in ages:
                    await connection.execute(delete(table).where(instant < func.clock_timestamp() - age))
        except Exception as error:  # noqa: BLE001  housekeeping waits for better times
            log.warning("purge interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(PURGE_SECONDS)
