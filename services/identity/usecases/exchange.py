"""Exchange: what somebody outside carries becomes a token that holds at one service inside (RFC 8693)."""

from typing import Any

from services.common.auth import Persona
from services.common.db import Transaction
from services.common.tokens import ACCESS_TOKEN, LIFE_SECONDS, Untrusted, proven_claims, require, unproven_claims
from services.identity.clients import OWN_AUDIENCE, Trust
from services.identity.domain.internal_token import Bearer
from services.identity.domain.oauth import InvalidGrant, InvalidTarget
from services.identity.domain.sign_in import SignInKind
from services.identity.domain.trusted_issuer import PersonaNotNamed, TooWeak, TrustedIssuer
from services.identity.store import ended, sign_ins, staff_accounts

# Why a token from outside is not taken.
NOT_TAKEN = (Untrusted, PersonaNotNamed, TooWeak)
GATEWAY, IDENTITY = "svc:gateway", "identity"


def own_token(trust: Trust, process: str, audience: str, now: int) -> dict[str, Any]:
    """A token in the process's own name. The gateway, which anybody can reach, asks identity alone for anything.

    Raises `InvalidTarget`.
    """
    if process == GATEWAY and audience != IDENTITY:
        raise InvalidTarget(audience)
    bearer = Bearer(subject=process, persona=Persona.SERVICE, client_id=process)
    return granted(trust, bearer, audience, now)


async def exchange(tx: Transaction, trust: Trust, process: str, subject_token: str, audience: str) -> dict[str, Any]:
    """From the gateway, which shows what came from outside; or from a service, which shows what it was called with.

    Raises `InvalidGrant`.
    """
    try:
        if process == GATEWAY:
            bearer, issued_at = await _from_outside(tx, trust, subject_token)
        else:
            bearer, issued_at = await _from_inside(trust, process, subject_token)
    except NOT_TAKEN as error:
        raise InvalidGrant(str(error)) from error
    tx.asked_by(bearer.asked_by(process).principal())
    if await ended.holds_for(tx, bearer, issued_at):
        raise InvalidGrant("ended")
    return granted(trust, bearer, audience, int(tx.now.timestamp()))


async def exchange_cookie(tx: Transaction, trust: Trust, secret: str, audience: str) -> dict[str, Any]:
    """For a browser that signed in here. Raises `InvalidGrant`."""
    found = await sign_ins.by_secret(tx, secret, SignInKind.BROWSER)
    if found is None or not found.holds(tx.now):
        raise InvalidGrant("no_sign_in")
    tx.asked_by(found.bearer().asked_by(GATEWAY).principal())
    if await ended.holds_for(tx, found.bearer(), int(found.began_at.timestamp())):
        raise InvalidGrant("ended")
    found.used(tx.now)
    return granted(trust, found.bearer(), audience, int(tx.now.timestamp()))


def granted(trust: Trust, bearer: Bearer, audience: str, now: int) -> dict[str, Any]:
    """Raises `InvalidGrant` for what has ended already."""
    claims = bearer.claims(trust.settings.issuer, audience, now)
    if claims["exp"] <= now:
        raise InvalidGrant("ended")
    return {
        "access_token": trust.signer.sign(claims),
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "token_type": "Bearer",
        "expires_in": claims["exp"] - now,
    }


def require_audience(audience: str, services: frozenset[str]) -> None:
    """Raises `InvalidTarget`."""
    if audience not in services:
        raise InvalidTarget(audience)


async def _from_outside(tx: Transaction, trust: Trust, token: str) -> tuple[Bearer, int]:
    claimed = unproven_claims(token).get("iss")
    if claimed == trust.settings.public_url:
        claims = await proven_claims(token, trust.own_keys, ["ES256"], ACCESS_TOKEN)
        require(claims, issuer=claimed, audience=OWN_AUDIENCE, longest=LIFE_SECONDS)
        return Bearer.of(claims), claims["iat"]
    issuer = trust.issuer(claimed)
    if issuer is None or not issuer.audience:
        raise Untrusted("iss")
    claims = await proven_claims(token, trust.keys_of(issuer), issuer.algorithms, issuer.types)
    require(claims, issuer=issuer.issuer, audience=issuer.audience, longest=issuer.longest_seconds)
    return bearer_of(issuer, claims, await subject_here(tx, issuer, claims)), claims["iat"]


async def _from_inside(trust: Trust, process: str, token: str) -> tuple[Bearer, int]:
    claims = await proven_claims(token, trust.own_keys, ["ES256"], ACCESS_TOKEN)
    own = process.removeprefix("svc:")
    require(claims, issuer=trust.settings.issuer, audience=own, longest=LIFE_SECONDS)
    if claims["persona"] == Persona.SERVICE:
        raise Untrusted("a process acts in its own name")
    return Bearer.of(claims).asked_by(process), claims["iat"]


async def subject_here(tx: Transaction, issuer: TrustedIssuer, claims: dict[str, Any]) -> str:
    """What whoever signed in is called here. Raises `PersonaNotNamed` for an account that is nobody's."""
    subject = issuer.subject_of(claims)
    if not issuer.has_staff_accounts:
        return subject
    employee_id = await staff_accounts.employee_of(tx, issuer.name, subject)
    if employee_id is None:
        raise PersonaNotNamed("account")
    return str(employee_id)


def bearer_of(issuer: TrustedIssuer, claims: dict[str, Any], subject: str) -> Bearer:
    """Whom a provider's proven claims name. Raises `PersonaNotNamed` or `TooWeak`."""
    session, client, began = claims.get("sid"), claims.get("client_id"), claims.get("auth_time")
    return Bearer(
        subject=subject,
        persona=issuer.persona_of(claims),
        client_id=client if isinstance(client, str) else issuer.name,
        scope=issuer.scope_of(claims),
        session=session_name(issuer, session) if isinstance(session, str) else None,
        assurance=issuer.assurance_of(claims),
        signed_in_at=began if type(began) is int else None,
        until=claims["exp"],
    )


def session_name(issuer: TrustedIssuer, session: str) -> str:
    """Two providers may use one name."""
    return f"{issuer.name}:{session}"
