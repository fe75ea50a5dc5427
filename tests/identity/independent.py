"""An OpenID provider that others wrote and certified (npm `oidc-provider`), and a browser that signs in there."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from services.common.assertions import new_key, public_key
from services.identity.domain.trusted_issuer import TrustedIssuer
from tests.contracts.node import find_node, installed
from tests.identity.providers import API, System
from tests.signing import CLIENT_KEY

SOURCE = Path(__file__).parent / "provider"
CALLBACK = f"{API}/auth/callback"
TABLET = "https://tablet.example/back"
MOST_PAGES = 12


@dataclass
class Independent:
    """The provider, in a process of its own; `system` is known there by its key."""

    issuer: str
    process: subprocess.Popen[str]
    system: System

    def trusted(self, **more: Any) -> TrustedIssuer:
        told = {"name": "independent", "issuer": self.issuer, "jwks_url": f"{self.issuer}/jwks"}
        at = {"authorization_endpoint": f"{self.issuer}/auth", "token_endpoint": f"{self.issuer}/token"}
        ours = {"client_id": "heatshield", "audience": API, "algorithms": ["ES256"]}
        return TrustedIssuer.model_validate({**told, **at, **ours, **more})

    def said(self) -> dict[str, Any]:
        """What it says next."""
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told


@contextmanager
def independent() -> Iterator[Independent]:
    system = System()
    told = json.dumps({"clients": _clients(system), "audience": API})
    command = [*find_node().node, "server.js", told]
    with subprocess.Popen(command, cwd=installed(SOURCE), stdout=subprocess.PIPE, text=True) as process:
        try:
            made = Independent("", process, system)
            made.issuer = made.said()["issuer"]
            yield made
        finally:
            process.kill()


def _clients(system: System) -> list[dict[str, Any]]:
    """We; we with a key that we don't have; a tablet, which has no key; and a partner's system."""
    proves = {"token_endpoint_auth_method": "private_key_jwt"}
    ours = {
        **proves,
        "token_endpoint_auth_signing_alg": "ES256",
        "redirect_uris": [CALLBACK],
        "backchannel_logout_uri": f"{API}/auth/backchannel-logout",
        "backchannel_logout_session_required": True,
    }
    alone = {"grant_types": ["client_credentials"], "redirect_uris": [], "response_types": [], "jwks": system.jwks()}
    return [
        {**ours, "client_id": "heatshield", "jwks": {"keys": [public_key(CLIENT_KEY)]}},
        {**ours, "client_id": "another-key", "jwks": {"keys": [public_key(new_key())]}},
        {"client_id": "tablet", "redirect_uris": [TABLET], "token_endpoint_auth_method": "none"},
        {**proves, **alone, "client_id": system.name, "token_endpoint_auth_signing_alg": "ES384"},
    ]


@dataclass
class Browser:
    """It keeps the provider's cookies, and stops at the first address that is not the provider's."""

    at: Independent
    http: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)

    async def signs_in(self, address: str, subject: str) -> dict[str, str]:
        """Fills in the provider's forms, and gives what it is sent back with."""
        answer = await self.http.get(address)
        for _ in range(MOST_PAGES):
            if not answer.is_redirect:
                answer = await self._fills_in(answer, login=subject, password="anything")
            elif answer.headers["location"].startswith((CALLBACK, TABLET)):
                return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
            else:
                answer = await self.http.get(answer.url.join(answer.headers["location"]))
        raise AssertionError(answer.text)

    async def signs_out(self) -> None:
        """At the provider, not here."""
        page = await self.http.get(f"{self.at.issuer}/session/end")
        answer = await self._fills_in(page, logout="yes")
        assert answer.is_redirect, answer.text

    async def _fills_in(self, page: httpx.Response, **values: str) -> httpx.Response:
        form = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        assert form, page.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        return await self.http.post(page.url.join(form[1]), data={**hidden, **values})
