"""`Idempotency-Key`: a POST that is sent again after a lost answer gets the first answer, and has one effect.

After draft-ietf-httpapi-idempotency-key-header-07, with one difference: a refusal keeps nothing, so that a corrected
request may use the key again.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import Request, Response
from sqlalchemy import MetaData, Select, Text, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from services.common.db import Transaction
from services.common.errors import Conflict, ServiceError, Unprocessable

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("content-type", "etag", "location")
# A structured field string (RFC 8941, 3.3.3), or the same text without its quotes.
QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])+)"')
BARE = re.compile(r"[!#-~]+")
MAX_KEY = 255
PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": (
        "1 to 255 visible ASCII characters made for this one request, such as a UUID, bare or in quotes. Sent again"
        f" with the same request within 72 hours, it gets the first answer again, marked `{REPLAYED}: true`, and has no"
        " second effect. It is the caller's own, for this route alone. After a refusal it may be used again."
    ),
    # With quotes, and a backslash before each that is inside.
    "schema": {"type": "string", "minLength": 1, "maxLength": 2 * MAX_KEY + 2, "pattern": "^[ -~]+$"},
}

Handle = Callable[[Request], Awaitable[Response]]


class IdempotencyKeyRequired(ServiceError):
    """Without a key, a request whose answer was lost could not be sent again safely."""

    field = f"/header/{HEADER}"
    way_out = "Make a UUID for this one request, and send the same again only when you send the request again."

    def __init__(self) -> None:
        super().__init__(f"This request needs an {HEADER}.")


class BadIdempotencyKey(ServiceError):
    field = f"/header/{HEADER}"
    way_out = "Send 1 to 255 visible ASCII characters, such as a UUID made for this one request, and send them once."


class IdempotencyKeyReused(Unprocessable):
    field = f"/header/{HEADER}"
    way_out = "Make a new key for a new request; send the same key only with exactly the same request."


class StillRunning(Conflict):
    """The same request is being worked on at this moment, so what it will answer is not known yet."""

    field = f"/header/{HEADER}"
    way_out = "Send the same request with the same key again in a second, to get the answer of the first."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}

    def __init__(self) -> None:
        super().__init__("A request with this key is still being worked on.")


def key_of(request: Request) -> str:
    """The caller's key, without the quotes of a structured field. Raises `IdempotencyKeyRequired` or
    `BadIdempotencyKey`."""
    sent = request.headers.getlist(HEADER)
    if not sent:
        raise IdempotencyKeyRequired
    text = sent[0].strip()
    quoted = QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if len(sent) > 1 or len(key) > MAX_KEY or not (quoted or BARE.fullmatch(key)):
        raise BadIdempotencyKey("This key cannot be used.")
    return key


async def once(request: Request, transaction: Transaction, route: str, handle: Handle) -> Response:
    """Answer a keyed request once. The key belongs to this caller, whom every token names alike, and to this route.

    Raises `IdempotencyKeyReused` when the key belongs to another request, and `StillRunning` while it is worked on.
    """
    asked = {"caller": transaction.actor.subject, "key": f"{route} {key_of(request)}"}
    request_hash = await _hash(request, transaction)
    known = (await transaction.rows(_look(transaction.metadata), asked))[0]
    if known.key is not None and known.request_hash != request_hash:
        raise IdempotencyKeyReused("This key was used for another request.")
    if known.key is not None:
        return Response(known.body, known.status, {**known.headers, REPLAYED: "true"})
    if not known.mine:
        raise StillRunning
    response = await handle(request)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        kept = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
        answer = {"status": response.status_code, "headers": kept, "body": bytes(response.body)}
        row = {**asked, "request_hash": request_hash, **answer}
        # The first may have committed between the look and the lock of this one, which is undone then.
        if not await transaction.rows(_keep(transaction.metadata), row):
            raise StillRunning
    return response


@lru_cache(maxsize=50)
def _look(metadata: MetaData) -> Select[Any]:
    """What is kept at the key, and whether it is this request's turn. Made once: to make it anew costs more than to
    run it."""
    table = metadata.tables["idempotency_key"]
    caller, key = bindparam("caller", type_=Text), bindparam("key", type_=Text)
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended(caller + "\n" + key, 0)).label("mine")
    turn = select(mine, literal(1).label("one")).subquery()
    return select(turn.c.mine, table).outerjoin_from(turn, table, (table.c.caller == caller) & (table.c.key == key))


@lru_cache(maxsize=50)
def _keep(metadata: MetaData) -> ReturningInsert[Any]:
    table = metadata.tables["idempotency_key"]
    names = ("caller", "key", "request_hash", "status", "headers", "body")
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return insert(table).values(values).on_conflict_do_nothing().returning(table.c.key)


async def _hash(request: Request, transaction: Transaction) -> bytes:
    """What makes two requests the same, the caller's role and teams included: who lost either is told nothing again."""
    actor, teams = transaction.actor, sorted(map(str, await transaction.teams()))
    version = request.headers.get("If-Match", "")
    parts = [actor.persona, *teams, request.url.path, request.url.query, version]
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + await request.body()).digest()
