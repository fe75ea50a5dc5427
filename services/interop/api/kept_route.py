"""A route that keeps what arrives, byte for byte, before anything of it is judged."""

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common import body
from services.common.auth import Principal
from services.common.errors import verdict
from services.common.http import TransactionRoute
from services.interop import usecases
from services.interop.api.fhir_format import declared

log = logging.getLogger(__name__)


class KeptRoute(TransactionRoute):
    """What cannot be read, or is refused, stays kept with the answer; what failed by a defect of ours, as received."""

    async def read_body(self, request: Request) -> None:
        """Raises `TooLarge` or `EncodedBody`: nothing else is judged before it is kept."""
        await body.read_bytes(request)

    async def ask_around(self, request: Request, actor: Principal) -> None:
        async with request.app.state.database.transaction(actor) as tx:
            kept = await usecases.keep_plain_message(tx, await request.body(), declared(request))
        request.state.kept, request.state.sender = kept, actor
        await body.read(request)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response = await answer(request)
            except Exception as error:
                status, _ = verdict(error)
                await self._note(request, status)
                raise
            await self._note(request, response.status_code)
            return response

        return handler

    async def _note(self, request: Request, status: int) -> None:
        """Nobody's answer depends on whether this succeeds."""
        if not hasattr(request.state, "kept") or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        try:
            async with request.app.state.database.transaction(request.state.sender) as tx:
                await usecases.note_answered(tx, request.state.kept, status)
        except Exception as error:  # noqa: BLE001  the message stays kept as received
            log.warning("answer not noted", extra={"error": type(error).__name__})


def kept_router(*, tags: list[str]) -> APIRouter:
    return APIRouter(prefix="/v1", tags=list(tags), route_class=KeptRoute)


async def kept_message(request: Request) -> UUID:
    kept: UUID = request.state.kept
    return kept
