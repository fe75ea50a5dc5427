"""A connection to RabbitMQ that is made again whenever it breaks, to the first of several addresses that answers."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import aio_pika
import yarl
from aio_pika.abc import AbstractConnection

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10
CONNECT_SECONDS = 5
AGAIN_SECONDS = 1.0


@dataclass
class Link:
    """Entered and left as a context. What is done with each connection ends with it, and is begun again on the next."""

    name: str
    urls: Sequence[str]
    use: Callable[["Link"], Awaitable[None]]
    connection: AbstractConnection | None = None
    login: str = ""
    _lost: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "Link":
        self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)

    def renew(self) -> None:
        """Connect anew: a connection that says nothing is not closed by anybody else for half a minute."""
        self._lost.set()

    def required(self) -> AbstractConnection:
        """Raises `ConnectionError` while there is none."""
        if self.connection is None:
            raise ConnectionError("the broker is away")
        return self.connection

    async def _keep(self) -> None:
        for url in itertools.cycle(self.urls):
            try:
                with not_cancelled():
                    async with self._connected(url) as lost:
                        await lost.wait()
                log.warning("broker lost", extra={"link": self.name})
            except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
                log.warning("broker away", extra={"link": self.name, "error": type(error).__name__})
            await asyncio.sleep(AGAIN_SECONDS)

    @asynccontextmanager
    async def _connected(self, url: str) -> AsyncIterator[asyncio.Event]:
        at, lost = yarl.URL(url), asyncio.Event()
        connection = await aio_pika.connect(at, timeout=CONNECT_SECONDS, heartbeat=HEARTBEAT_SECONDS)
        connection.close_callbacks.add(lambda *_: lost.set())
        self.connection, self.login, self._lost = connection, at.user or "guest", lost
        using = asyncio.ensure_future(self.use(self))
        using.add_done_callback(lambda _: lost.set())
        try:
            yield lost
        finally:
            self.connection = None
            using.cancel()
            await asyncio.gather(using, return_exceptions=True)
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.close()


@contextmanager
def not_cancelled() -> Iterator[None]:
    """Whoever waits for a connection that is found stuck is ended by the library as if it were cancelled, which would
    end the task for good. Raises `ConnectionError` instead."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionError("the connection was stuck") from error
