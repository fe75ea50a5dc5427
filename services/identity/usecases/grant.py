"""Tokens that are shown at the gateway: of partners' systems (SMART Backend Services) and of tablets."""

from typing import Any

from services.common.auth import Persona
from services.common.db import Transaction
from services.identity.clients import OWN_AUDIENCE, Trust
from services.identity.domain.internal_token import Bearer
from services.identity.domain.scope import granted
from services.identity.usecases.prove import proven_system


async def grant_to_system(tx: Transaction, trust: Trust, assertion: str, scope: str) -> dict[str, Any]:
    """Raises `InvalidClient`, `SlowDown` or `InvalidScope`."""
    system = await proven_system(tx, trust, assertion)
    allowed = granted(scope, system.scopes)
    bearer = Bearer(
        subject=system.oauth_client_id, persona=Persona(system.persona), client_id=system.oauth_client_id, scope=allowed
    )
    return {**public_token(tx, trust, bearer), "scope": allowed}


def public_token(tx: Transaction, trust: Trust, bearer: Bearer) -> dict[str, Any]:
    """A token that is shown at the gateway, which has it exchanged. It lives as SMART recommends: five minutes."""
    now = int(tx.now.timestamp())
    claims = bearer.claims(trust.settings.public_url, OWN_AUDIENCE, now)
    return {"access_token": trust.signer.sign(claims), "token_type": "bearer", "expires_in": claims["exp"] - now}
