"""The worker: takes jobs from the queue, and hands each to whoever computes it, in a process of its own."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job as Queued
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from sqlalchemy import make_url

from services.common.auth import SYSTEM
from services.common.connected import KEEPALIVES
from services.common.db import Database
from services.common.service import Runtime
from services.common.watching import keep_on
from services.roster.domain.job import JobKind
from services.roster.settings import RosterSettings
from services.roster.solver.engine import Warm
from services.roster.store.jobs import ENTRYPOINT
from services.roster.usecases import jobs
from services.roster.usecases.proposing import HANDLERS

log = logging.getLogger(__name__)

# Whoever says nothing for so long is dead, and another takes up what it had; a look for that so often.
HEARTBEAT, LOOK = timedelta(seconds=10), timedelta(seconds=2)
AGAIN = timedelta(seconds=1)
RETRY_SECONDS = 1.0
SWEEP_SECONDS = 60.0
FAREWELL_SECONDS = 10.0


async def work(runtime: Runtime, handlers: Mapping[JobKind, jobs.Handler] = HANDLERS) -> None:
    """Take jobs for as long as the process lives; an outage of the database is outlived."""
    slots = runtime.settings.solver_slots if isinstance(runtime.settings, RosterSettings) else 0
    worked = runtime.metrics.counter("jobs", "Jobs that were worked on, by what became of it", ["outcome"])

    def tell(outcome: str) -> None:
        worked.labels(runtime.metrics.service, outcome).inc()

    worker = Worker(runtime.database, handlers, max(slots, 1), tell)
    async with Warm():
        while True:
            try:
                await worker.while_connected()
            except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
                log.warning("worker interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(RETRY_SECONDS)


async def work_beside(runtime: Runtime) -> None:
    """The same beside the routes, where this process is told to."""
    if isinstance(runtime.settings, RosterSettings) and runtime.settings.solver_slots:
        await work(runtime)


class Worker:
    """So many jobs at once, from one queue, on a connection of its own."""

    def __init__(
        self, database: Database, handlers: Mapping[JobKind, jobs.Handler], slots: int, tell: Callable[[str], None]
    ) -> None:
        self._tell = tell
        self._database, self._handlers, self._slots = database, handlers, slots
        self._turns = asyncio.Semaphore(slots)
        self._at_work: set[asyncio.Task[None]] = set()
        self._is_leaving = False

    async def while_connected(self) -> None:
        """Called off, it puts back what it has begun, and then lets go of the queue."""
        dsn = make_url(self._database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn, timeout=5, command_timeout=15, server_settings=KEEPALIVES)
        self._is_leaving = False
        try:
            queue = QueueManager(Queries(AsyncpgDriver(connection)))
            queue.entrypoint(ENTRYPOINT)(self._one)
            # The queue hands out two at least; the turns see to it that no more are worked on than there are slots.
            listening = asyncio.ensure_future(
                queue.run(
                    dequeue_timeout=LOOK,
                    batch_size=1,
                    max_concurrent_tasks=max(self._slots, 2),
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=HEARTBEAT,
                )
            )
            sweeping = asyncio.ensure_future(self._sweep())
            try:
                await asyncio.wait({listening})
                listening.result()
            finally:
                sweeping.cancel()
                await self._leave(queue, listening)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _leave(self, queue: QueueManager, listening: "asyncio.Future[None]") -> None:
        self._is_leaving = True
        for one in self._at_work:
            one.cancel()
        queue.shutdown.set()
        await asyncio.wait({listening}, timeout=FAREWELL_SECONDS)
        listening.cancel()

    async def _one(self, queued: Queued) -> None:
        """It stays in the queue until it is over; of an error nothing is kept there but that there was one."""
        working = asyncio.ensure_future(self._in_turn(UUID((queued.payload or b"").decode())))
        self._at_work.add(working)
        if self._is_leaving:
            working.cancel()
        try:
            await asyncio.wait({working})
        finally:
            working.cancel()
            self._at_work.discard(working)
        failure = None if working.cancelled() else working.exception()
        self._tell("put_back" if working.cancelled() else "failed" if failure else "done")
        if failure is not None:
            log.warning("job waits for its turn again", extra={"error": type(failure).__name__})
        if failure is not None or working.cancelled():
            raise RetryRequested(AGAIN, "interrupted")

    async def _in_turn(self, job_id: UUID) -> None:
        async with self._turns:
            await jobs.work_on(self._database, job_id, self._handlers)

    async def _sweep(self) -> None:
        """Keep the queue in order beside the work."""
        await keep_on("sweep", SWEEP_SECONDS, self._tidy)

    async def _tidy(self) -> None:
        async with self._database.transaction(SYSTEM) as tx:
            await jobs.tidy(tx)
