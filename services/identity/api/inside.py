"""Between the processes: the keys, the tokens, and what has ended. No row of the gateway's table leads here."""

from typing import Any

from fastapi import APIRouter, Response

from services.common.http import TransactionRoute
from services.common.peers import TOKENS_AT
from services.common.revocations import Ended
from services.identity import usecases
from services.identity.api.callers import ByService
from services.identity.api.open_route import NOT_KEPT, Form, Open, OpenRoute, Trusted, needed
from services.identity.domain.oauth import UnsupportedGrantType
from services.identity.store import ended

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  a name, not a secret
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105
COOKIE = "urn:heatshield:token-type:cookie"


class Polled(TransactionRoute):
    is_put_on_record = False


router = APIRouter(prefix="/inside", tags=["inside"], route_class=OpenRoute)
polled = APIRouter(prefix="/inside", tags=["inside"], route_class=Polled)
# Nothing is looked up for it, so it needs no transaction.
published = APIRouter(prefix="/inside", tags=["inside"])


@published.get("/jwks")
async def inside_keys(trust: Trusted, response: Response) -> dict[str, Any]:
    """The keys by which internal tokens are verified (RFC 7517)."""
    response.headers["Cache-Control"] = "max-age=300"
    return trust.signer.jwks()


@router.post(TOKENS_AT.removeprefix("/inside"))
async def exchange_token(tx: Open, trust: Trusted, form: Form, response: Response) -> dict[str, Any]:
    """A token for one service: the process's own (RFC 6749, 4.4), or in somebody's name (RFC 8693)."""
    response.headers.update(NOT_KEPT)
    await usecases.ask_for_keys(trust, form.get("subject_token", ""))
    process = await usecases.proven_process(tx, trust, needed(form, "client_assertion"), TOKENS_AT)
    audience = needed(form, "audience")
    usecases.require_audience(audience, trust.audiences)
    kind = (form.get("grant_type"), form.get("subject_token_type"))
    if kind[0] == "client_credentials":
        return usecases.own_token(trust, process, audience, int(tx.now.timestamp()))
    if kind == (TOKEN_EXCHANGE, ACCESS_TOKEN):
        return await usecases.exchange(tx, trust, process, needed(form, "subject_token"), audience)
    if kind == (TOKEN_EXCHANGE, COOKIE) and process == usecases.GATEWAY:
        return await usecases.exchange_cookie(tx, trust, needed(form, "subject_token"), audience)
    raise UnsupportedGrantType


@polled.get("/revocations", response_model=Ended)
async def revocations(tx: ByService) -> Ended:
    """What ended within the life of an internal token: sessions, and subjects whose earlier tokens hold no longer."""
    return await ended.lately(tx)
