"""How sign-ins end: by whoever signed in, by the provider (Back-Channel Logout), or everything of one person."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.common.auth import Persona, Principal
from services.common.db import Transaction
from services.common.tokens import LEEWAY_SECONDS, Untrusted, proven_claims, unproven_claims
from services.identity.clients import Trust
from services.identity.domain.oauth import InvalidRequest
from services.identity.domain.sign_in import SignIn, SignInKind
from services.identity.domain.trusted_issuer import PersonaNotNamed, TrustedIssuer
from services.identity.store import assertions, ended, sign_ins
from services.identity.usecases.exchange import session_name, subject_here

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS = int(timedelta(minutes=5).total_seconds())


async def end_person(tx: Transaction, employee_id: UUID) -> None:
    """Everything that this person is signed in on ends, and no token issued until now holds."""
    await ended.add(tx, ended.SUBJECT, str(employee_id))


async def end_earlier(tx: Transaction, secret: str) -> SignIn | None:
    """Whoever was signed in on this browser is so no longer. Who that was, where it had not ended."""
    found = await sign_ins.by_secret(tx, secret, SignInKind.BROWSER)
    if found is None or found.ended_at is not None:
        return None
    found.end(tx.now)
    await ended.add(tx, ended.SESSION, str(found.id))
    return found


async def sign_out(tx: Transaction, secret: str) -> None:
    """Ends this browser's session, if there is one."""
    found = await end_earlier(tx, secret)
    if found is not None:
        tx.asked_by(found.bearer().principal())


async def logged_out_at_provider(tx: Transaction, trust: Trust, token: str) -> None:
    """The provider says that somebody signed out there. Raises `InvalidRequest`."""
    try:
        issuer, claims = await _logout_claims(tx, trust, token)
        session = claims.get("sid")
        # A logout token has `sub` alone, whichever claim tells who it is in others.
        named = {issuer.subject_claim: claims.get("sub"), **claims}
        subject = None if session else await subject_here(tx, issuer, named)
    except (Untrusted, PersonaNotNamed) as error:
        raise InvalidRequest(str(error)) from error
    tx.asked_by(Principal(subject=issuer.name, persona=Persona.SERVICE))
    if session:
        await ended.add(tx, ended.SESSION, session_name(issuer, session))
    if subject:
        await ended.add(tx, ended.SUBJECT, subject)
    for one in await sign_ins.of_provider(tx, issuer.name, session and session_name(issuer, session), subject):
        one.end(tx.now)
        await ended.add(tx, ended.SESSION, str(one.id))


async def _logout_claims(tx: Transaction, trust: Trust, token: str) -> tuple[TrustedIssuer, dict[str, Any]]:
    issuer = trust.issuer(unproven_claims(token).get("iss"))
    if issuer is None or not issuer.client_id:
        raise Untrusted("iss")
    claims = await proven_claims(token, trust.keys_of(issuer), issuer.id_token_algorithms, {"logout+jwt"})
    now, begun, jti = tx.now.timestamp(), claims.get("iat"), claims.get("jti")
    if claims.get("iss") != issuer.issuer or claims.get("aud") not in (issuer.client_id, [issuer.client_id]):
        raise Untrusted("aud")
    if type(begun) is not int or not now - LOGOUT_SECONDS <= begun <= now + LEEWAY_SECONDS:
        raise Untrusted("iat")
    if "nonce" in claims or not isinstance(claims.get("events"), dict) or LOGOUT_EVENT not in claims["events"]:
        raise Untrusted("events")
    names = [claims.get("sid"), claims.get("sub")]
    if not any(names) or not all(isinstance(name, str) and len(name) <= 255 for name in names if name is not None):
        raise Untrusted("sid")
    if not isinstance(jti, str) or not await assertions.use(tx, issuer.issuer, jti[:255], begun + LOGOUT_SECONDS):
        raise Untrusted("jti")
    return issuer, claims
