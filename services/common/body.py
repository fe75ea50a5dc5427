"""Reading a JSON body strictly, so that what cannot be stored or shown again is refused before any rule sees it."""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from fastapi import Request

from services.common.errors import ServiceError, UnstorableValue

MAX_BYTES = 1024 * 1024
# Of a file that is sent as it is, at the few places that take one (ADR 27).
MAX_FILE_BYTES = 5 * 1000 * 1000
MAX_DEPTH = 32
LARGEST_NUMBER = 2**53
# The end of a text elsewhere, and halves of a letter.
NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class NamedTwice(dict[str, Any]):
    """An object in which a name occurs twice. Its items are all that were sent, and are written so again."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        return self._pairs


class MalformedJson(ServiceError):
    status = 400
    field = "/body"
    way_out = "Send one JSON document in UTF-8, with each name once, no NaN, and at most 32 levels."


class UnsupportedMediaType(ServiceError):
    status = 415
    field = "/header/Content-Type"
    way_out = "Send application/json, or application/fhir+json under /fhir."


class EncodedBody(ServiceError):
    """What is small when it arrives might be anything when it is unpacked."""

    status = 415
    field = "/header/Content-Encoding"
    way_out = "Send the body as it is, without compressing it."


class TooLarge(ServiceError):
    status = 413
    field = "/body"
    way_out = "Send at most 1 MiB at a time."


class FileTooLarge(TooLarge):
    way_out = "Send a file of at most 5 MB."

    def __init__(self) -> None:
        super().__init__("The file is larger than 5 MB.")


async def read(request: Request, *, parsed_by: Callable[[bytes], Any] | None = None) -> None:
    """Check the body once; FastAPI then finds it parsed. Raises the refusals above."""
    raw = await read_bytes(request)
    if not raw:
        return
    media, _, details = request.headers.get("content-type", "").lower().partition(";")
    media = media.strip()
    if "charset" in details and "utf-8" not in details:
        raise UnsupportedMediaType("The body is not declared as UTF-8.")
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise UnsupportedMediaType("The body is not declared as JSON.")
    request._json = (parsed_by or parse)(raw)


async def read_bytes(request: Request, *, most: int = MAX_BYTES, refusal: TooLarge | None = None) -> bytes:
    """The body as it was sent. Raises `EncodedBody`, or `TooLarge` or the refusal that is given for it."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise EncodedBody("The body is compressed.")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise refusal or TooLarge("The body is larger than 1 MiB.")
        chunks.append(chunk)
    request._body = b"".join(chunks)
    return request._body


def parse(raw: bytes) -> Any:
    """One JSON document. Raises `MalformedJson` or `UnstorableValue`."""
    document = read_leniently(raw)
    _walk(document)
    return document


def require_storable(document: Any) -> None:
    """Of one part of a document that was read otherwise. Raises `MalformedJson` or `UnstorableValue`."""
    _walk(document)


def read_leniently(raw: bytes) -> Any:
    """One JSON document, whose parts are each to be required to be storable: an object in it may be `NamedTwice`.
    Raises `MalformedJson`."""
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body is not readable JSON.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else NamedTwice(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _walk(document: Any) -> None:
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise MalformedJson("The body is nested too deeply.")
        for value in level:
            _storable(value)
        level = [inner for value in level for inner in _inside(value)]


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _storable(value: Any) -> None:
    if isinstance(value, NamedTwice):
        raise MalformedJson("An object has a name twice.")
    if isinstance(value, str):
        if NO_TEXT.search(value):
            raise UnstorableValue("A text holds a character that cannot be stored.")
    elif isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise UnstorableValue("A number is too large to be kept exactly.")
