"""Routes that speak tus: what they take is read and kept before the transaction that answers."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from services.caseload.api import tus
from services.caseload.domain.upload import PhotoUpload, UploadCutOff, Whose
from services.caseload.usecases import uploads
from services.common.auth import Principal
from services.common.http import TransactionRoute


class TusRoute(TransactionRoute):
    """Every answer names the version, refusals too. An upload is begun once by what it is of, and goes on at an offset;
    so neither a key nor an ETag is asked for."""

    honours_idempotency_key: ClassVar[bool] = False

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (tus.RESUMABLE.lower().encode(), tus.VERSION.encode())]
            await send(message)

        await super().handle(scope, receive, say)

    async def read_body(self, request: Request) -> None:
        """Not as JSON, and not before it is known to be wanted."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await handle(request)
            # Only now, when it is committed that nobody needs them.
            await uploads.remove_pieces(request.app.state.photos, getattr(request.state, "of_no_use", ()))
            return response

        return handler


class AboutUploadRoute(TusRoute):
    """It asks about an upload, or ends it."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        """Raises what the headers are refused for."""
        tus.require_spoken(request)
        request.state.whose = Whose(tus.address(request), tus.device(request))


class BeginRoute(TusRoute):
    """It begins an upload, perhaps with the first bytes."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        """Raises what the headers are refused for, and what `begin_upload`, `receive` and `complete` do."""
        tus.require_spoken(request)
        device, length, (new, told) = tus.device(request), tus.number(request, tus.LENGTH), tus.told(request)
        checksum = tus.checksum(request)
        if tus.has_body(request):
            tus.require_stream(request)
        async with request.app.state.database.transaction(actor) as tx:
            upload = await uploads.begin_upload(tx, new, length_bytes=length, device_id=device, told=told)
        request.state.whose = Whose(upload.id, device)
        await _read(request, actor, upload, 0, checksum)


class GoOnRoute(TusRoute):
    """It sends more bytes of an upload."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        """Raises what the headers are refused for, and what `expect_bytes`, `receive` and `complete` do."""
        tus.require_spoken(request)
        whose = request.state.whose = Whose(tus.address(request), tus.device(request))
        offset, checksum = tus.number(request, tus.OFFSET), tus.checksum(request)
        async with request.app.state.database.transaction(actor) as tx:
            upload = await uploads.expect_bytes(tx, whose, offset, tus.size_said(request))
        tus.require_stream(request)
        await _read(request, actor, upload, offset, checksum)


async def _read(
    request: Request, actor: Principal, upload: PhotoUpload, at_byte: int, checksum: uploads.Checksum | None
) -> None:
    state = request.app.state
    line = uploads.Line(state.database, state.photos, state.photo_turns, actor, request.state.whose)
    arrived, last = await uploads.receive(line, upload, _arriving(request), at_byte=at_byte, checksum=checksum)
    if arrived.is_whole and upload.is_open:
        await uploads.complete(line, arrived, last)
    request.state.arrived = arrived


async def _arriving(request: Request) -> AsyncIterator[bytes]:
    """Raises `UploadCutOff` after what came before the line was cut."""
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise UploadCutOff from error
