"""Caseload that a test closes and starts again, on the same database, while tablets and people keep their addresses."""

from contextlib import AsyncExitStack
from typing import Any, Self, cast

import httpx
from fastapi import FastAPI

from services.caseload.main import SERVICE
from services.common.broker import InProcessBroker
from tests.running import Running, settings_for
from tests.signing import Issuer


class Server:
    """An ASGI app: whichever is up at the moment answers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._issuer, self._broker = Issuer(), InProcessBroker()
        self._app: FastAPI | None = None
        self._lifespan = AsyncExitStack()
        self.system = Running({SERVICE.name: cast(FastAPI, self)}, {}, self._issuer, self._broker, AsyncExitStack())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self._app is not None
        await self._app(scope, receive, send)

    async def __aenter__(self) -> Self:
        settings = settings_for(self._url, SERVICE.settings_type)
        mounts = {f"all://{SERVICE.name}": httpx.ASGITransport(app=self)}
        mounts["all://identity"] = httpx.ASGITransport(app=self._issuer.app())
        self._app = SERVICE.app(settings, broker=self._broker, mounts=cast(Any, mounts))
        await self._lifespan.enter_async_context(self._app.router.lifespan_context(self._app))
        self.system.databases[SERVICE.name] = self._app.state.database
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.system.stack.aclose()
        await self._lifespan.aclose()

    async def restart(self) -> None:
        """What was in its memory is gone."""
        await self._lifespan.aclose()
        await self.__aenter__()
