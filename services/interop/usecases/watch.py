"""Watching how far the feed goes, so that whoever waits for its next event asks the database nothing meanwhile."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy.engine import make_url

from services.common.db import Database
from services.common.outages import is_database_down
from services.common.service import Runtime
from services.interop.domain.feed import Extent, Place
from services.interop.store import feed as store

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
RETRY_SECONDS = 0.5
# How soon it is noticed that nobody waits any more, or that the process is to stop.
LOOK_UP_SECONDS = 0.5
# The gateway gives a service up that is silent for thirty seconds, and has fifty connections to all replicas of one:
# those who wait may neither be cut off nor take what the others need.
LONGEST_WAIT_SECONDS = 25
MOST_WAITING = 20


@dataclass(frozen=True)
class Patience:
    """How long somebody waits at most, and what ends it before: they hung up, or the process is to stop."""

    seconds: float
    is_over: Callable[[], Awaitable[bool]]


@dataclass
class Watch:
    """What one process knows of how far the feed goes. Not known before the database has answered once."""

    extent: Extent | None = None
    waiting: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, extent: Extent) -> None:
        """The feed goes so far now. Whoever waits looks again if that is news."""
        if extent != self.extent:
            self.extent = extent
            self._moved.set()
            self._moved = asyncio.Event()

    async def wait_beyond(self, place: Place, patience: Patience) -> None:
        """Wait until the feed goes beyond this place, or patience ends. Where too many wait already, return at once."""
        if patience.seconds <= 0 or self.waiting >= MOST_WAITING:
            return
        clock = asyncio.get_running_loop().time
        end = clock() + min(patience.seconds, LONGEST_WAIT_SECONDS)
        self.waiting += 1
        try:
            while not self._goes_beyond(place) and (left := end - clock()) > 0 and not await patience.is_over():
                # Not wait_for: in Python 3.11 it may swallow a cancellation that comes together with the wake-up.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, LOOK_UP_SECONDS)):
                        await self._moved.wait()
        finally:
            self.waiting -= 1

    def _goes_beyond(self, place: Place) -> bool:
        return self.extent is not None and self.extent.goes_beyond(place)


_watches: WeakKeyDictionary[Database, Watch] = WeakKeyDictionary()


def watch_over(database: Database) -> Watch:
    """The one watch over the feed in this database, for those who wait in this process and the work that tells it."""
    return _watches.setdefault(database, Watch())


async def watch_feed(runtime: Runtime) -> None:
    """Tell the watch for as long as the process lives: woken by NOTIFY, or by a poll; outages are outlived."""
    watch = watch_over(runtime.database)
    while True:
        try:
            await _while_connected(runtime.database.url, watch)
        except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
            if not is_database_down(error):
                log.warning("watch over the feed interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(RETRY_SECONDS)


async def _while_connected(url: str, watch: Watch) -> None:
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    told = asyncio.Event()
    connection = await asyncpg.connect(dsn, timeout=5, command_timeout=10)
    try:
        connection.add_termination_listener(lambda *_: told.set())
        await connection.add_listener(store.CHANNEL, lambda *_: told.set())
        while not connection.is_closed():
            told.clear()
            watch.tell(await store.extent_over(connection))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await told.wait()
    finally:
        with contextlib.suppress(Exception):
            await connection.close(timeout=2)
