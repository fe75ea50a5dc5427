"""The token endpoint for partners' systems and tablets, and the documents by which it is found."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from services.common.assertions import ASSERTION_TYPE
from services.common.scopes import EVENTS_READ, RETURNS_READ
from services.identity import usecases
from services.identity.api.open_route import NOT_KEPT, Begins, Form, Open, OpenRoute, Trusted, needed, refused
from services.identity.domain.assertion import ALGORITHMS
from services.identity.domain.oauth import InvalidGrant, InvalidRequest, InvalidScope, UnsupportedGrantType

router = APIRouter(tags=["tokens"], route_class=OpenRoute)
# Nothing is looked up for these, so they need no transaction.
published = APIRouter(tags=["tokens"])

SMART = "/fhir/R4/.well-known/smart-configuration"
SCOPES = [
    "system/Patient.rs",
    "system/CarePlan.rs",
    "system/Appointment.rs",
    "system/*.rs",
    "system/Subscription.cruds",
    EVENTS_READ,
    RETURNS_READ,
]


@router.post("/auth/token", response_model=None)
async def grant_token(
    tx: Open, begin: Begins, trust: Trusted, form: Form, response: Response
) -> dict[str, Any] | Response:
    """A token of five minutes: `client_credentials` with a signed assertion, or `refresh_token` of a tablet."""
    response.headers.update(NOT_KEPT)
    grant = needed(form, "grant_type")
    if grant == "client_credentials":
        if needed(form, "client_assertion_type") != ASSERTION_TYPE:
            raise InvalidRequest("client_assertion_type")
        assertion = needed(form, "client_assertion")
        if not form.get("scope"):
            raise InvalidScope
        await usecases.ask_for_keys_of_system(begin, trust, assertion)
        return await usecases.grant_to_system(tx, trust, assertion, form["scope"])
    if grant == "refresh_token":
        renewed = await usecases.renew_device(tx, trust, needed(form, "refresh_token"))
        # Answered and not raised, so that what has ended stays ended.
        return JSONResponse(renewed, headers=NOT_KEPT) if renewed else refused(InvalidGrant("used_before"))
    raise UnsupportedGrantType


@published.get(SMART)
async def smart_configuration(trust: Trusted) -> dict[str, Any]:
    """SMART App Launch 2: where and how a system gets a token for FHIR."""
    return {
        "token_endpoint": trust.token_url,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": SCOPES,
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
        "jwks_uri": f"{trust.settings.public_url}/auth/jwks",
    }


@published.get("/auth/jwks")
async def public_keys(trust: Trusted) -> dict[str, Any]:
    """The key by which we prove at sign-in providers who we are, and those that sign our tokens."""
    return trust.public_jwks()
