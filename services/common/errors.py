"""Refusals that a caller can act on, rendered as RFC 9457 problem details. No input is ever echoed."""

import logging
import re
from collections.abc import Iterable
from http import HTTPStatus
from itertools import takewhile
from typing import Any, ClassVar

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from services.common.outages import (
    DATABASE_DOWN,
    is_another_teams,
    is_bad_value,
    is_database_down,
    is_turn_lost,
    state_of,
)

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"


class ServiceError(Exception):
    """A refusal named for the rule it keeps. Anything else that escapes is a defect and becomes a 500.

    `field` is a JSON pointer to what has to change, `way_out` says in plain words how.
    """

    status: ClassVar[int] = 400
    field: ClassVar[str] = ""
    way_out: ClassVar[str] = ""
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.at = self.field if field is None else field
        self.answered_with = {**self.headers, **(headers or {})}

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class NotFound(ServiceError):
    """Absent, or not visible to the caller: the two look the same on purpose."""

    status = 404
    field = "/path"
    way_out = "Check the id, and that your team holds this record."

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what.replace('_', ' ')} for you.")


class Forbidden(ServiceError):
    status = 403
    field = "/header/Authorization"
    way_out = "Sign in as somebody whose role may do this."


class Unauthorised(ServiceError):
    status = 401
    field = "/header/Authorization"
    way_out = "Sign in, and send the access token as a bearer token."
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class InvalidToken(Unauthorised):
    way_out = "Sign in again: the token is expired, altered or meant for somebody else."
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Conflict(ServiceError):
    status = 409


class AlreadyRecorded(Conflict):
    field = "/body/id"
    way_out = "Read the record by its id. To retry a request safely, send the same Idempotency-Key again."

    def __init__(self) -> None:
        super().__init__("A record with this id, or one that must be unique, is already there.")


class Unprocessable(ServiceError):
    """The request was understood and breaks a rule of its fields."""

    status = 422


class UnknownReference(Unprocessable):
    """A request may only name what is there."""

    field = "/body"
    way_out = "Check the ids in the request, and record what they name first."

    def __init__(self) -> None:
        super().__init__("Something that this names is not there.")


class UnstorableValue(Unprocessable):
    field = "/body"
    way_out = "Remove control characters and broken Unicode, and keep numbers within 2 to the power of 53."


class PreconditionFailed(ServiceError):
    status = 412
    field = "/header/If-Match"
    way_out = "Read the record again, look at what changed, and send your change with the new ETag."


class PreconditionRequired(ServiceError):
    status = 428
    field = "/header/If-Match"
    way_out = "Read the record first and send its ETag as If-Match, so that nobody's change is overwritten."


class PeerRefused(ServiceError):
    """Another service answered, and not with what was asked for; asking again will not change that by itself."""

    status = 502
    field = "/path"
    way_out = "Nothing was lost. Quote the instance to support."


class Unavailable(ServiceError):
    status = 503
    way_out = "Nothing was lost. Send the same request again in a moment."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


# What it means to a caller when a row would break what the database holds.
BROKEN: dict[str, type[AlreadyRecorded] | type[UnknownReference]] = {
    "23505": AlreadyRecorded,
    "23503": UnknownReference,
}


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, str]],
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """One shape for every refusal: what happened, at which field, and the way out."""
    body = {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:uuid:{getattr(request.state, 'request_id', '')}",
        "errors": errors,
    }
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM)


def named_in(error: ServiceError) -> list[dict[str, str]]:
    """What has to change, and how."""
    return [{"pointer": error.at, "code": error.code(), "detail": error.detail, "way_out": error.way_out}]


def refused(request: Request, error: ServiceError) -> JSONResponse:
    """The answer to what is refused. A route that gives it itself, and raises nothing, keeps what it did until then."""
    return problem(request, error.status, error.code(), error.detail, named_in(error), error.answered_with)


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """FastAPI's own answer echoes the rejected input, which may be an NHS number or a note; this one does not."""
    detail, found = not_understood(error.errors())
    return problem(request, 422, "validation_failed", detail, found)


def not_understood(errors: Iterable[Any]) -> tuple[str, list[dict[str, str]]]:
    """What could not be read, in words and field by field; nothing of it is said back."""
    found = [
        {
            "pointer": _pointer(item),
            "code": str(item["type"]),
            "detail": str(item["msg"]).removeprefix("Value error, "),
            "way_out": "Correct this field and send the request again.",
        }
        for item in errors
    ]
    where = ", ".join(sorted({item["pointer"] for item in found}))
    return f"Not understood: {where}.", found


# A name that somebody sent, as of a field or in a map, is told back only if it looks like one, for it may be anything.
LIKE_A_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _pointer(item: dict[str, Any]) -> str:
    where, *parts = item["loc"]
    if where == "body":
        parts = list(takewhile(lambda part: isinstance(part, int) or LIKE_A_FIELD.fullmatch(part), parts))
    return "/".join(map(str, ("", where, *parts)))


def _http(request: Request, error: HTTPException) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    at = [{"pointer": "/path", "code": phrase.lower(), "detail": phrase, "way_out": "See /docs for what exists."}]
    headers = dict(error.headers or {})
    return problem(request, error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.", at, headers)


def refusal_of(error: Exception) -> ServiceError | None:
    """What an error of the database means to the caller; None for a defect."""
    if is_database_down(error):
        return Unavailable("The database is away for the moment.")
    state = state_of(error)
    if is_turn_lost(error):
        return Unavailable("Somebody else changed the same thing at the same moment.")
    if is_another_teams(error):
        return NotFound("record")
    if state in BROKEN:
        return BROKEN[state]()
    return UnstorableValue("A value cannot be kept.") if is_bad_value(error) else None


def verdict(error: Exception) -> tuple[int, str]:
    """The status and the code with which this error is answered."""
    if isinstance(error, RequestValidationError):
        return HTTPStatus.UNPROCESSABLE_ENTITY, "validation_failed"
    if isinstance(error, HTTPException):
        return error.status_code, HTTPStatus(error.status_code).name.lower()
    refusal = error if isinstance(error, ServiceError) else refusal_of(error)
    return (refusal.status, refusal.code()) if refusal else (HTTPStatus.INTERNAL_SERVER_ERROR, "internal")


def _database(request: Request, error: Exception) -> JSONResponse:
    if is_another_teams(error):
        log.error("refused by row-level security", extra={"method": request.method})
    refusal = refusal_of(error)
    if isinstance(refusal, UnstorableValue):
        # Whatever let it come this far has a gap.
        log.error("value not refused at the door", extra={"error": type(error).__name__})
    return refused(request, refusal) if refusal else _defect(request, error)


def _defect(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected failure", extra={"error": type(error).__name__}, exc_info=error)
    way_out = "Send it again, and quote the instance to support."
    at = [{"pointer": "", "code": "internal", "detail": "A fault of ours.", "way_out": way_out}]
    return problem(request, 500, "internal", "Something went wrong on our side; nothing was saved.", at)


def install(app: FastAPI) -> None:
    """Give an app the one way of saying no."""
    handlers: dict[Any, Any] = {
        ServiceError: refused,
        RequestValidationError: _invalid,
        HTTPException: _http,
        DBAPIError: _database,
        asyncpg.PostgresError: _database,
        StaleDataError: _database,
        **dict.fromkeys(DATABASE_DOWN, _database),
        Exception: _defect,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
