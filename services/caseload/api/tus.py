"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): its headers, read strictly, and its refusals."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime
from email.utils import format_datetime
from hashlib import new as hash_of
from typing import Any, ClassVar
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.caseload.domain.upload import NewUpload, PhotoUpload
from services.caseload.usecases.uploads import Checksum
from services.common.body import EncodedBody, UnsupportedMediaType
from services.common.errors import ServiceError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
BODY = "application/offset+octet-stream"
RESUMABLE, OFFSET, LENGTH = "Tus-Resumable", "Upload-Offset", "Upload-Length"
METADATA, CHECKSUM, EXPIRES, DEVICE = "Upload-Metadata", "Upload-Checksum", "Upload-Expires", "Device-Id"
NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
PAIR = re.compile(r"([a-z0-9_]{1,40}) ([A-Za-z0-9+/]{1,200}={0,2})")


class TusVersionNotSpoken(ServiceError):
    """Nothing of a request is looked at that may mean something else."""

    status = 412
    field = f"/header/{RESUMABLE}"
    way_out = f"Send {RESUMABLE}: {VERSION}, and keep to that version of the protocol."
    headers: ClassVar[dict[str, str]] = {"Tus-Version": VERSION}

    def __init__(self) -> None:
        super().__init__("This version of tus is not spoken here.")


class TusHeaderUnreadable(ServiceError):
    field = "/header"
    way_out = "Send each header once, as tus 1.0 and /docs describe it; the length of the file has to be known."

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is missing or cannot be read.", field=f"/header/{name}")


class UnknownMetadata(ServiceError):
    """The name of a file may be the name of a person."""

    field = f"/header/{METADATA}"
    way_out = f"Send {', '.join(NewUpload.model_fields)} and nothing else, such as the name of a file."

    def __init__(self) -> None:
        super().__init__(f"{METADATA} holds a key that is not known here.")


class ChecksumNotSpoken(ServiceError):
    field = f"/header/{CHECKSUM}"
    way_out = f"Send the name of one of {', '.join(ALGORITHMS)}, a space, and the hash of this body in Base64."

    def __init__(self) -> None:
        super().__init__("The checksum is of no kind that is known here.")


class NotOffsetStream(UnsupportedMediaType):
    way_out = f"Send the bytes as they are, with Content-Type: {BODY}."

    def __init__(self) -> None:
        super().__init__("The body is not declared as a part of a file.")


def require_spoken(request: Request) -> None:
    """Raises `TusVersionNotSpoken`."""
    if request.headers.getlist(RESUMABLE) != [VERSION]:
        raise TusVersionNotSpoken


def number(request: Request, name: str) -> int:
    """Raises `TusHeaderUnreadable`."""
    sent = _once(request, name)
    if not NUMBER.fullmatch(sent):
        raise TusHeaderUnreadable(name)
    return int(sent)


def device(request: Request) -> UUID:
    """Which installation of the app sends. Raises `TusHeaderUnreadable`."""
    try:
        return UUID(_once(request, DEVICE))
    except ValueError as error:
        raise TusHeaderUnreadable(DEVICE) from error


def address(request: Request) -> UUID:
    """The upload that the path names. Raises `RequestValidationError`."""
    try:
        return UUID(request.path_params["upload_id"])
    except ValueError as error:
        told = {"type": "uuid_parsing", "loc": ("path", "upload_id"), "msg": "Input should be a valid UUID"}
        raise RequestValidationError([told]) from error


def told(request: Request) -> tuple[NewUpload, str]:
    """What is said of the photo, and the words in which it was said. Raises `TusHeaderUnreadable`, `UnknownMetadata` or
    `RequestValidationError`."""
    sent = _once(request, METADATA)
    pairs = [PAIR.fullmatch(pair) for pair in sent.split(",")]
    known = {pair[1]: pair[2] for pair in pairs if pair is not None}
    if len(known) != len(pairs):
        raise TusHeaderUnreadable(METADATA)
    if set(known) - set(NewUpload.model_fields):
        raise UnknownMetadata
    try:
        return NewUpload.model_validate({name: _text(value) for name, value in known.items()}), sent
    except ValidationError as error:
        placed: list[Any] = [{**one, "loc": ("header", METADATA, *one["loc"])} for one in error.errors()]
        raise RequestValidationError(placed) from error


def checksum(request: Request) -> Checksum | None:
    """Raises `TusHeaderUnreadable` or `ChecksumNotSpoken`."""
    if CHECKSUM not in request.headers:
        return None
    algorithm, _, value = _once(request, CHECKSUM).partition(" ")
    if algorithm not in ALGORITHMS:
        raise ChecksumNotSpoken
    digest = _bytes(value, CHECKSUM)
    if len(digest) != hash_of(algorithm, usedforsecurity=False).digest_size:
        raise TusHeaderUnreadable(CHECKSUM)
    return Checksum(algorithm, digest)


def require_stream(request: Request) -> None:
    """Raises `NotOffsetStream` or `EncodedBody`."""
    if request.headers.get("content-type", "").strip().lower() != BODY:
        raise NotOffsetStream
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise EncodedBody("The body is compressed.")


def has_body(request: Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def size_said(request: Request) -> int:
    """As far as it is known before the body."""
    said = request.headers.get("content-length", "0")
    return int(said) if said.isascii() and said.isdigit() else 0


def standing(upload: PhotoUpload) -> dict[str, str]:
    """How far it has come, and until when it may go on."""
    expires = {EXPIRES: date(upload.expires_at)} if upload.is_open else {}
    return {OFFSET: str(upload.offset_bytes), **expires}


def date(instant: datetime) -> str:
    """As RFC 9110 writes it."""
    return format_datetime(instant, usegmt=True)


def _once(request: Request, name: str) -> str:
    sent = request.headers.getlist(name)
    if len(sent) != 1:
        raise TusHeaderUnreadable(name)
    return sent[0].strip()


def _text(value: str) -> str:
    try:
        return _bytes(value, METADATA).decode("ascii")
    except UnicodeDecodeError as error:
        raise TusHeaderUnreadable(METADATA) from error


def _bytes(value: str, name: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except NotBase64 as error:
        raise TusHeaderUnreadable(name) from error
