"""The relay: an event leaves if and only if its change was committed, and in the order of its commits."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence

import asyncpg
from opentelemetry import trace
from opentelemetry.propagate import extract
from sqlalchemy.engine import make_url

from services.common.broker import Broker, Outgoing, Unconfirmed
from services.common.connected import KEEPALIVES
from services.common.events import Envelope
from services.common.outages import is_database_down
from services.common.outbox import CHANNEL
from services.common.topology import EVENTS

log = logging.getLogger(__name__)

BATCH = 500
POLL_SECONDS = 1.0
RETRY_SECONDS = 0.5
# A type whose events are not taken is left alone for longer and longer.
FIRST_HOLD_SECONDS, LONGEST_HOLD_SECONDS = 2.0, 60.0
# One replica sends at a time, so that order is kept: whose session holds this lock.
LEAD = "select pg_try_advisory_lock(hashtext('heatshield.relay'))"
FOLLOW = "select pg_advisory_unlock(hashtext('heatshield.relay'))"
# A process that is frozen keeps its session; the server ends it, and with it the lead, when it is silent for so long,
# between statements or, from PostgreSQL 17 on, within one. One that lives looks far more often.
SILENT_MILLISECONDS = "30000"
FIRST_WITH_TRANSACTION_TIMEOUT = 17
UNSENT = """
    select seq, id, type, subject, envelope, written_at from outbox where type <> all($1::text[]) order by seq limit $2
"""
MOVE = """
    with sent as (delete from outbox where seq = any($1::bigint[]) returning *)
    insert into event_log (seq, id, type, subject, key, aggregate_version, envelope, written_at)
    select seq, id, type, subject, key, aggregate_version, envelope, written_at from sent
"""


class BrokerAway(Exception):
    """The events stay where they are, and are tried again."""


class Relay:
    """Runs in every replica, on a connection of its own: woken by NOTIFY, with a poll as the net."""

    def __init__(self, database_url: str, broker: Broker, tracer: trace.Tracer | None = None) -> None:
        self._dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._broker, self._tracer = broker, tracer
        self._written = asyncio.Event()
        # Until when each type is left alone, and for how many seconds in all.
        self._held: dict[str, tuple[float, float]] = {}

    async def run(self) -> None:
        """Send for as long as the process lives; an outage of the broker or the database is outlived."""
        while True:
            try:
                await self._while_connected()
            except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
                if not is_database_down(error):
                    log.warning("relay interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(RETRY_SECONDS)

    async def _while_connected(self) -> None:
        limit = {"idle_session_timeout": SILENT_MILLISECONDS, **KEEPALIVES}
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=15, server_settings=limit)
        leads = False
        try:
            await self._end_if_silent(connection)
            connection.add_termination_listener(self._wake)
            await connection.add_listener(CHANNEL, self._wake)
            while not connection.is_closed():
                self._written.clear()
                leads = leads or await connection.fetchval(LEAD)
                try:
                    while leads and await self.send_batch(connection):
                        pass
                except BrokerAway as error:
                    log.warning("events wait for the broker", extra={"error": type(error.__cause__).__name__})
                    # Another replica may reach it.
                    await connection.execute(FOLLOW)
                    leads = False
                    await asyncio.sleep(RETRY_SECONDS)
                # Not wait_for: in Python 3.11 it may swallow a cancellation that comes together with the wake-up.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._written.wait()
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _end_if_silent(self, connection: asyncpg.Connection) -> None:
        if connection.get_server_version().major >= FIRST_WITH_TRANSACTION_TIMEOUT:
            await connection.execute(f"set transaction_timeout = {SILENT_MILLISECONDS}")

    def _wake(self, *_: object) -> None:
        self._written.set()

    async def send_batch(self, connection: asyncpg.Connection) -> int:
        """Publish the oldest unsent events and move what is safe to the log. How many there were.

        What no queue takes stays, and events of its type are left alone for a moment, so that others pass.
        Raises `BrokerAway`.
        """
        rows = await connection.fetch(UNSENT, self._held_types(), BATCH)
        if rows:
            try:
                safe = await self._broker.publish([_outgoing(row) for row in rows])
            except Unconfirmed:
                # One type may hold up all: they are left out one after the other, the oldest first.
                self._hold({rows[0]["type"]})
                return len(rows)
            except Exception as error:
                raise BrokerAway from error
            self._hold({row["type"] for row in rows if row["id"] not in safe})
            await connection.execute(MOVE, [row["seq"] for row in rows if row["id"] in safe])
            self._trace([row for row in rows if row["id"] in safe])
        return len(rows)

    def _trace(self, rows: Sequence[asyncpg.Record]) -> None:
        """A span for each event in the trace of what told it, from its writing to the broker's confirm."""
        if self._tracer is None:
            return
        for row in rows:
            named = Envelope.model_validate_json(row["envelope"]).traceparent
            if named is not None:
                self._tracer.start_span(
                    f"publish {row['type']}",
                    context=extract({"traceparent": named}),
                    kind=trace.SpanKind.PRODUCER,
                    start_time=int(row["written_at"].timestamp() * 1e9),
                    attributes={"messaging.message.id": str(row["id"]), "messaging.destination.name": EVENTS},
                ).end()

    def _held_types(self) -> Sequence[str]:
        return [name for name, (until, _) in self._held.items() if until > time.monotonic()]

    def _hold(self, types: set[str]) -> None:
        """Leave these alone for a while, twice as long as last time; forget those that go well again."""
        now = time.monotonic()
        self._held = {name: held for name, held in self._held.items() if held[0] + LONGEST_HOLD_SECONDS > now}
        for name in types:
            log.warning("event waits for a queue", extra={"event": name})
            seconds = min(self._held.get(name, (0, FIRST_HOLD_SECONDS / 2))[1] * 2, LONGEST_HOLD_SECONDS)
            self._held[name] = (now + seconds, seconds)


def _outgoing(row: asyncpg.Record) -> Outgoing:
    return Outgoing(row["id"], row["type"], row["subject"], row["envelope"].encode())
