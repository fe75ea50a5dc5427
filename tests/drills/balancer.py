"""A small load balancer, as an orchestrator's: it sends new connections only to those that say that they are ready."""

import asyncio
import contextlib
from itertools import count

import httpx

from demo.servers.ports import free_port

PAUSE = 0.2
CHUNK = 65_536
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Balancer:
    """Stands on a port of its own before others: `targets`, each with the address that says whether it is ready."""

    def __init__(self, targets: dict[int, str]) -> None:
        self.port, self.ready = free_port(), list[int]()
        self._targets, self._turn = targets, count()
        self._joined: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Balancer":
        self._asking = asyncio.create_task(self._ask_on())
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in (self._asking, *self._joined):
            task.cancel()
        await asyncio.gather(self._asking, *self._joined, return_exceptions=True)

    async def until_ready(self, count: int, seconds: float = 120) -> None:
        """So many are ready. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while len(self.ready) < count:  # noqa: ASYNC110  asked again and again, as the others are
                await asyncio.sleep(PAUSE / 4)

    async def _ask_on(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            while True:
                told = await asyncio.gather(*(_is_ready(client, url) for url in self._targets.values()))
                self.ready = [port for port, yes in zip(self._targets, told, strict=True) if yes]
                await asyncio.sleep(PAUSE)

    def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry((reader, writer)))
        self._joined.add(task)
        task.add_done_callback(self._joined.discard)
        # Also where it is ended before it began.
        task.add_done_callback(lambda _: writer.close())

    async def _carry(self, near: Stream) -> None:
        far, ways = None, list[asyncio.Task[None]]()
        try:
            with contextlib.suppress(OSError, IndexError):
                far = await asyncio.open_connection("127.0.0.1", self.ready[next(self._turn) % len(self.ready)])
                ways += (asyncio.create_task(_pass(*ends)) for ends in ((near[0], far[1]), (far[0], near[1])))
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Before anything that waits: whoever is cancelled there as well closes nothing after it.
            if far is not None:
                far[1].close()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(url)).status_code == 200
    return False


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(CHUNK):
        writer.write(part)
        await writer.drain()
