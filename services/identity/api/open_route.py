"""Routes at which nobody is signed in yet: OAuth's, whose form says who asks, and whose refusals are OAuth's own."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse

from services.common import body
from services.common.auth import Persona, Principal
from services.common.db import Database, Transaction
from services.common.http import TransactionRoute, transaction_of
from services.common.idempotency import Handle
from services.identity import usecases
from services.identity.clients import Trust
from services.identity.domain.oauth import InvalidRequest, OAuthRefusal, SlowDown

log = logging.getLogger(__name__)

NOBODY = Principal(subject="nobody", persona=Persona.SERVICE)
FORM = "application/x-www-form-urlencoded"
# RFC 6749, 5.1: what is answered here is kept by nobody.
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
MOST_PARAMETERS, LONGEST = 20, 16 * 1024


class OpenRoute(TransactionRoute):
    """One transaction, as everywhere, for whoever comes."""

    honours_idempotency_key = False

    async def actor(self, request: Request) -> Principal:
        return NOBODY

    async def handled(self, request: Request, handle: Handle) -> Response:
        """A refusal is answered and not raised: an assertion that was shown is used, and an attempt is over."""
        try:
            return await handle(request)
        except OAuthRefusal as error:
            return _refused_and_logged(error)

    def check_query(self, request: Request, known: frozenset[str]) -> None:
        """Providers add parameters of their own when they send somebody back (OpenID Connect Core, 3.1.2.5)."""

    async def read_body(self, request: Request) -> None:
        """A form, or nothing. Each parameter comes once (RFC 6749, 3.2). Raises `InvalidRequest`."""
        raw = await body.read_bytes(request)
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if raw and media != FORM:
            raise InvalidRequest("not_a_form")
        request.state.form = _form(raw)


def _form(raw: bytes) -> dict[str, str]:
    try:
        sent = raw.decode("ascii")
        pairs = parse_qsl(sent, strict_parsing=True, max_num_fields=MOST_PARAMETERS, errors="strict") if sent else []
    except ValueError as error:
        raise InvalidRequest("unreadable") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequest("a parameter twice")
    if any(len(value) > LONGEST or not value.isprintable() for value in form.values()):
        raise InvalidRequest("a parameter too long")
    return form


async def _begin(request: Request) -> usecases.Begin:
    database: Database = request.app.state.database
    return partial(database.transaction, NOBODY)


async def _sent(request: Request) -> dict[str, str]:
    form: dict[str, str] = request.state.form
    return form


async def _trust(request: Request) -> Trust:
    trust: Trust = request.app.state.trust
    return trust


# For what is looked up before a partner is asked, so that nothing is held while it answers.
Begins = Annotated[usecases.Begin, Depends(_begin)]
Open = Annotated[Transaction, Depends(transaction_of)]
Form = Annotated[dict[str, str], Depends(_sent)]
Trusted = Annotated[Trust, Depends(_trust)]


def needed(form: dict[str, str], name: str) -> str:
    """Raises `InvalidRequest` where a parameter is missing."""
    if not form.get(name):
        raise InvalidRequest(f"{name} is missing")
    return form[name]


def refused(error: OAuthRefusal) -> JSONResponse:
    told = {"error": error.error, "error_description": error.way_out}
    headers = {**NOT_KEPT, **({"Retry-After": "60"} if isinstance(error, SlowDown) else {})}
    return JSONResponse(told, error.status, headers)


def _refused_and_logged(error: OAuthRefusal) -> JSONResponse:
    log.warning("refused", extra={"error": error.error, "reason": str(error)})
    return refused(error)


async def _refused(request: Request, error: OAuthRefusal) -> JSONResponse:
    return _refused_and_logged(error)


HANDLERS: dict[type[Exception], Callable[..., Any]] = {OAuthRefusal: _refused}
