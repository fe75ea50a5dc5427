"""Routes that carry a picture: what it costs to keep or to fetch one is never paid within a transaction."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.caseload.domain.photo import JPEG, PNG, NewPhoto, NotAKindOfPhoto, Photo, PhotoTooLarge
from services.caseload.usecases import photos
from services.common import body, idempotency
from services.common.auth import Principal
from services.common.http import TransactionRoute

PICTURE: dict[str, Any] = {"type": "string", "format": "binary"}
# One's own screen shows it and nothing keeps it, whatever a browser would make of its bytes.
SHOWN_AS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}


class _Asked(NewPhoto):
    wound_id: UUID


class PhotoRoute(TransactionRoute):
    """The body is a picture. It is read when it is known to be wanted, and kept before the transaction begins."""

    async def read_body(self, request: Request) -> None:
        """Not yet: it may be large."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        """Raises what `expect_photo`, `require_as_sent` and `keep_picture` do, `NotAKindOfPhoto` or `PhotoTooLarge`."""
        idempotency.key_of(request)
        asked, state = _asked(request), request.app.state
        new = NewPhoto.model_construct(**asked.model_dump(exclude={"wound_id"}))
        async with state.database.transaction(actor) as tx:
            expected = await photos.expect_photo(tx, asked.wound_id, new)
        media_type, most = _media_type(request), expected.limits.most_bytes
        sent = await body.read_bytes(request, most=most, refusal=PhotoTooLarge(most))
        await photos.require_as_sent(new, sent)
        request.state.kept = None
        if not expected.is_known:
            async with state.photo_turns:
                request.state.kept = await photos.keep_picture(state.photos, sent, media_type, expected.limits)


class PictureRoute(TransactionRoute):
    """The answer is a picture. It is fetched when it is on record, and committed, that somebody looks at it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        look = super().get_route_handler()

        async def handler(request: Request) -> Response:
            await look(request)
            photo: Photo = request.state.photo
            content = await photos.fetch_picture(request.app.state.photos, photo)
            return Response(content, media_type=JPEG, headers=SHOWN_AS)

        return handler


def _asked(request: Request) -> _Asked:
    """What is said of the photo, before FastAPI has looked at it. Raises `RequestValidationError`."""
    try:
        return _Asked.model_validate({**request.query_params, **request.path_params})
    except ValidationError as error:
        found = error.errors()
        placed = [{**one, "loc": (_place(request, one["loc"]), *one["loc"])} for one in found]
        raise RequestValidationError(placed) from error


def _place(request: Request, at: tuple[int | str, ...]) -> str:
    return "path" if at and at[0] in request.path_params else "query"


def _media_type(request: Request) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (JPEG, PNG):
        raise NotAKindOfPhoto
    return media_type
