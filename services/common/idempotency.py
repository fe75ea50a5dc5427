"""`Idempotency-Key`: a POST that is sent again after a lost answer gets the first answer, and has one effect."""

import hashlib
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from services.common.db import Transaction
from services.common.errors import ServiceError, Unprocessable

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("content-type", "etag", "location")
MAX_KEY = 255

Handle = Callable[[Request], Awaitable[Response]]


class BadIdempotencyKey(ServiceError):
    field = f"/header/{HEADER}"
    way_out = "Send 1 to 255 visible ASCII characters, such as a UUID made for this one request."


class IdempotencyKeyReused(Unprocessable):
    field = f"/header/{HEADER}"
    way_out = "Make a new key for a new request; send the same key only with exactly the same request."


async def once(request: Request, transaction: Transaction, handle: Handle) -> Response:
    """Answer a keyed POST once. Two at the same time wait for each other on the key's row.

    A refusal rolls back and keeps nothing, so that a corrected request may use the key again. A search changes
    nothing, so its answer is never kept.
    Raises `BadIdempotencyKey`, or `IdempotencyKeyReused` when the key belongs to another request.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None or request.url.path.endswith("/_search"):
        return await handle(request)
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise BadIdempotencyKey("This key cannot be used.")
    table = transaction.metadata.tables["idempotency_key"]
    mine = {"caller": transaction.actor.subject, "key": key}
    request_hash = await _hash(request, transaction)
    claim = insert(table).values(**mine, request_hash=request_hash).on_conflict_do_nothing().returning(table.c.key)
    where = (table.c.caller == mine["caller"]) & (table.c.key == key)
    if (await transaction.session.execute(claim)).first() is None:
        known = (await transaction.session.execute(select(table).where(where))).one()
        if known.request_hash != request_hash:
            raise IdempotencyKeyReused("This key was used for another request.")
        return Response(known.body, known.status, {**known.headers, "idempotency-replayed": "true"})
    response = await handle(request)
    kept = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
    answer = {"status": response.status_code, "headers": kept, "body": bytes(response.body)}
    await transaction.session.execute(update(table).where(where).values(**answer))
    return response


async def _hash(request: Request, transaction: Transaction) -> bytes:
    """What makes two requests the same, the caller's role and teams included: who lost either is told nothing again."""
    actor, teams = transaction.actor, sorted(map(str, await transaction.teams()))
    parts = [actor.persona, *teams, request.url.path, request.url.query]
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + await request.body()).digest()
