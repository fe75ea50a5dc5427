"""NHS CIS2 as its documentation and NHS England's own clients describe it: levels of assurance as words or numbers, one
role chosen at sign-in, the rest in the user information, access tokens that are for nobody."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.identity.domain.trusted_issuer import TrustedIssuer
from tests.identity.providers import PROVIDER, Provider

UID = "910000000001"
NURSE_ROLE, CLERK_ROLE = "S8000:G8000:R8001", "S8001:G8002:R8008"


def role(number: str, code: str, organisation: str = "RY1") -> dict[str, Any]:
    return {"person_roleid": number, "org_code": organisation, "role_code": code, "activity_codes": ["B0264"]}


@dataclass
class Cis2(Provider):
    """`says` and `tells` change the ID token and the user information."""

    says: dict[str, Any] = field(default_factory=dict)
    tells: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                *super().app().routes,
                Route("/realms/staff/token", self._token, methods=["POST"]),
                Route("/realms/staff/userinfo", self._userinfo),
            ]
        )

    def trusted(self, **more: Any) -> TrustedIssuer:
        told: dict[str, Any] = {
            "name": "cis2",
            "issuer": PROVIDER,
            "jwks_url": f"{PROVIDER}/jwks",
            "client_id": "heatshield",
            "authorization_endpoint": f"{PROVIDER}/authorize",
            "token_endpoint": f"{PROVIDER}/token",
            "userinfo_endpoint": f"{PROVIDER}/userinfo",
            "scope": "openid profile nationalrbacaccess selectedrole",
            "subject_claim": "uid",
            "has_staff_accounts": True,
            "organisations": ["RY1"],
            "personas": {"R8001": "nurse"},
            "assurance_claim": "authentication_assurance_level",
            "assurances": {"2": "AAL2", "3": "AAL3"},
            "acr_values": "AAL2_OR_AAL3_ANY",
            "prompt": "login",
        }
        return TrustedIssuer.model_validate(told | more)

    def authorises(self, address: str) -> dict[str, str]:
        """Somebody signs in at this address; what the browser is sent back with."""
        self.asked = dict(parse_qsl(urlsplit(address).query))
        return {"state": self.asked["state"], "code": "once"}

    async def _token(self, request: Request) -> Response:
        claims = {
            "aud": "heatshield",
            "nonce": self.asked["nonce"],
            "uid": UID,
            "acr": "AAL2_OR_AAL3_ANY",
            "authentication_assurance_level": "3",
            "selected_roleid": "555254240100",
            "persona": None,
            **self.says,
        }
        return JSONResponse(
            {"id_token": self.token(claims.pop("sub", UID), typ="JWT", **claims), "access_token": "for-nobody"}
        )

    async def _userinfo(self, request: Request) -> Response:
        self.shown.append(request.headers["authorization"])
        roles = [role("555254240199", CLERK_ROLE), role("555254240100", NURSE_ROLE)]
        return JSONResponse({"sub": UID, "uid": UID, "name": "Somebody", "nhsid_nrbac_roles": roles, **self.tells})
