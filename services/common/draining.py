"""Ending without a refused request: a process that is told to end says so first, serves on, and then stops.

Whoever sends requests here learns it from /health/ready, which answers 503, and whoever keeps a connection open from
`Connection: close`, for no address is looked up again for a connection that is there.
"""

import signal
import time
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common.errors import ServiceError


class Draining(ServiceError):
    """The process serves on for a moment, and nothing new is to be sent to it."""

    status = 503
    way_out = "Ask another process of this service."

    def __init__(self) -> None:
        super().__init__("This process is about to end.")


class Drain:
    """Whether a process is on its way out."""

    def __init__(self) -> None:
        self.has_begun = False

    def check(self) -> None:
        """Raises `Draining`."""
        if self.has_begun:
            raise Draining


class HangsUp:
    """Ends each connection with its next answer, once the process is on its way out."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self.app, self.drain = app, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if self.drain.has_begun and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
            await send(message)

        await self.app(scope, receive, answer)


class DrainingServer(uvicorn.Server):
    """Told to end by SIGTERM, it drains for so many seconds before it stops; by SIGINT, or told twice, it stops now."""

    def __init__(self, config: uvicorn.Config, drain: Drain, seconds: float) -> None:
        super().__init__(config)
        self._drain, self._seconds = drain, seconds
        self._until: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and self.started and self._seconds and self._until is None:
            self._drain.has_begun, self._until = True, time.monotonic() + self._seconds
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._until is not None and time.monotonic() >= self._until:
            self.handle_exit(signal.SIGTERM, None)
        return await super().on_tick(counter)
