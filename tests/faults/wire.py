"""A wire between a client and a server, in this process, that fails as networks do when it is told to."""

import asyncio
import contextlib
import socket
import struct

from demo.servers.ports import free_port
from tests.faults.line import ThinLine

CHUNK = 65_536
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Cut(Exception):
    """The last byte that was to pass has passed."""


class Wire:
    """Stands on a port of its own before a server. A fault holds from when it is set until it is taken back.

    `latency` is how many seconds each piece of data, of up to 64 KiB, is kept back, in both directions. A thin `line`
    holds for connections that are made while it is set.
    """

    def __init__(self, host: str, port: int) -> None:
        self.port, self.latency = 0, 0.0
        self.line: ThinLine | None = None
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._joined: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._passing = asyncio.Event()
        self._passing.set()
        self._left: int | None = None

    async def open(self) -> int:
        """Begin to listen, and give the port."""
        self.port = self.port or free_port()
        await self.accept()
        return self.port

    async def close(self) -> None:
        """Stop listening, and end every connection."""
        joined = list(self._joined)
        self.refuse()
        self.reset()
        await asyncio.gather(*joined, return_exceptions=True)

    def refuse(self) -> None:
        """Take no new connection, as a port does where nobody listens; those that exist go on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def accept(self) -> None:
        """Take new connections again, at the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)

    def reset(self) -> None:
        """Abort every connection at both ends with a reset: what was on its way is lost. New ones are taken."""
        for task, ends in list(self._joined.items()):
            _abort(ends)
            task.cancel()

    def lead_to(self, host: str, port: int) -> None:
        """Stand before another server from now on. What leads to the last one breaks off."""
        self._to = (host, port)
        self.reset()

    def black_hole(self, on: bool = True) -> None:
        """Take connections and data and pass nothing on, not even an end. Once it is off, all that waited passes."""
        if on:
            self._passing.clear()
        else:
            self._passing.set()

    def forget(self) -> None:
        """Pass nothing more on the connections that exist, as a firewall that has restarted; new ones are served."""
        self._passing.clear()
        self._passing = asyncio.Event()
        self._passing.set()

    def cut_after(self, count: int) -> None:
        """Close the connection on which the last of so many more bytes has passed towards the server; 0 passes none.

        The bytes of all connections count. The server gets what passed; no answer to it reaches the client.
        """
        self._left = count

    def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        # A task of asyncio's own for this would complain when it is cancelled.
        task = asyncio.create_task(self._carry((reader, writer), ends))
        self._joined[task] = ends
        task.add_done_callback(self._joined.pop)

    async def _carry(self, client: Stream, ends: list[asyncio.StreamWriter]) -> None:
        passing = self._passing
        try:
            await passing.wait()
            # A connection is there for whoever makes it after a round trip.
            await asyncio.sleep(self.line.round_trip if self.line else 0)
            server = await asyncio.open_connection(*self._to)
            ends.append(server[1])
            with contextlib.suppress(Cut):
                await self._pass_both_ways(client, server, passing)
            for end in ends:
                end.close()
            await asyncio.gather(*(end.wait_closed() for end in ends), return_exceptions=True)
        except OSError:
            pass  # What broke on one side is broken on the other too, below.
        finally:
            _abort(ends)

    async def _pass_both_ways(self, client: Stream, server: Stream, passing: asyncio.Event) -> None:
        """Until both have ended. Raises `Cut`, or `OSError` when either breaks."""
        near, far = (client[0], server[0]), (client[0], server[0])
        ways: list[asyncio.Task[None]] = []
        if self.line is not None:
            far = (asyncio.StreamReader(), asyncio.StreamReader())
            ways = [asyncio.create_task(self.line.carry(*ends)) for ends in zip(near, far, strict=True)]
        ways += [
            asyncio.create_task(self._pass(far[0], server[1], passing, counted=True)),
            asyncio.create_task(self._pass(far[1], client[1], passing, counted=False)),
        ]
        try:
            await asyncio.gather(*ways)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event, *, counted: bool
    ) -> None:
        while part := await self._read(reader, passing):
            last = False
            if counted and self._left is not None:
                part, last = self._let_through(part, self._left)
            writer.write(part)
            if last:
                raise Cut
            await writer.drain()
        writer.write_eof()

    async def _read(self, reader: asyncio.StreamReader, passing: asyncio.Event) -> bytes:
        """What comes next, or nothing at its end, once it may pass. Raises `OSError`, also once it may pass."""
        broken: OSError | None = None
        part = b""
        try:
            part = await reader.read(CHUNK)
        except OSError as error:
            broken = error
        await asyncio.sleep(self.latency)
        await passing.wait()
        if broken is not None:
            raise broken
        return part

    def _let_through(self, part: bytes, left: int) -> tuple[bytes, bool]:
        """What may pass of this part, and whether it is the last to do so."""
        self._left = left - len(part) if len(part) < left else None
        return part[:left], self._left is None


def _abort(ends: list[asyncio.StreamWriter]) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        end.transport.abort()
