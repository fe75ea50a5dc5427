"""`Idempotency-Key`: a POST that is sent again after a lost answer gets the first answer, and has one effect.

After draft-ietf-httpapi-idempotency-key-header-07, with one difference: a refusal keeps nothing, so that a corrected
request may use the key again.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import Request, Response

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

# What is kept at the key, and whether it is this request's turn; with it the caller's teams, which are asked for next.
LOOK = """
    select mine, app_teams() as teams, kept.key, kept.request_hash, kept.status, kept.headers, kept.body
    from (select pg_try_advisory_xact_lock(hashtextextended($1 || E'\\n' || $2, 0)) as mine) as turn
    left join idempotency_key kept on caller = $1 and key = $2
"""
KEEP = """
    insert into idempotency_key (caller, key, request_hash, status, headers, body) values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing returning true
"""

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
    subject, key = transaction.actor.subject, f"{route} {key_of(request)}"
    driver = await transaction.connected.driver()
    known = await driver.fetchrow(LOOK, subject, key)
    transaction.belongs_to(known["teams"])
    request_hash = await _hash(request, transaction)
    if known["key"] is not None and known["request_hash"] != request_hash:
        raise IdempotencyKeyReused("This key was used for another request.")
    if known["key"] is not None:
        headers = {**known["headers"], REPLAYED: "true"}
        return Response(known["body"], known["status"], headers)
    if not known["mine"]:
        raise StillRunning
    response = await handle(request)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        kept = json.dumps({name: value for name, value in response.headers.items() if name in KEPT_HEADERS})
        answer = (response.status_code, kept, bytes(response.body))
        # The first may have committed between the look and the lock of this one, which is undone then.
        if await driver.fetchval(KEEP, subject, key, request_hash, *answer) is None:
            raise StillRunning
    return response


async def _hash(request: Request, transaction: Transaction) -> bytes:
    """What makes two requests the same, the caller's role and teams included: who lost either is told nothing again."""
    actor, teams = transaction.actor, sorted(map(str, await transaction.teams()))
    version = request.headers.get("If-Match", "")
    parts = [actor.persona, *teams, request.url.path, request.url.query, version]
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + await request.body()).digest()
