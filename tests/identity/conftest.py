"""Identity, with a provider that it trusts and a partner's system that it knows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc import jwt

from services.common.assertions import ASSERTION_TYPE, assertion
from services.common.peers import TOKENS_AT
from services.identity.main import SERVICE
from tests.identity.providers import API, Provider, System
from tests.running import NURSE, Databases, Running, running
from tests.signing import CLIENT_KEY

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
BEARER = "urn:ietf:params:oauth:token-type:access_token"


@dataclass
class Identity:
    """The service, and whoever is around it."""

    running: Running
    provider: Provider
    nobody: httpx.AsyncClient

    async def inside(self, process: str = "svc:gateway", **form: str) -> httpx.Response:
        """What one of our processes asks."""
        proof = {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(CLIENT_KEY, process, TOKENS_AT),
        }
        return await self.nobody.post(TOKENS_AT, data={"audience": "caseload", **proof, **form})

    async def exchanged(self, token: str, process: str = "svc:gateway", **form: str) -> httpx.Response:
        asked = {"grant_type": EXCHANGE, "subject_token_type": BEARER, "subject_token": token, **form}
        return await self.inside(process, **asked)

    async def as_ops(self, name: str = "ops-1") -> Any:
        return await self.running.client("identity", name, "ops")

    async def let_in(self, system: System) -> None:
        """Two people of operations register a partner's system."""
        made = await (await self.as_ops()).post("/v1/systems", json=system.registration())
        assert made.status_code == 201, made.text
        path = f"/v1/systems/{made.json()['id']}/confirmation"
        confirmed = await (await self.as_ops("ops-2")).post(path, headers={"If-Match": '"1"'})
        assert confirmed.status_code == 200, confirmed.text

    async def as_nurse(self, **claims: Any) -> Any:
        token = self.running.issuer.token(str(NURSE), "nurse", "identity", **claims)
        client = await self.running.client("identity", None)
        client.headers["Authorization"] = f"Bearer {token}"
        return client


def claims_of(token: str, identity: Identity) -> dict[str, Any]:
    return dict(jwt.decode(token, identity.running.issuer.key, algorithms=["ES256"]).claims)


@pytest.fixture
async def identity(databases: Databases, request: pytest.FixtureRequest) -> AsyncIterator[Identity]:
    provider = Provider()
    trusted = [provider.trusted(**getattr(request, "param", {}))]
    around = {"login.trust.example": provider.app()}
    async with running(databases, SERVICE, peers=around, issuers=trusted, public_url=API) as made:
        yield Identity(made, provider, await made.client("identity", None))


@pytest.fixture
async def system(identity: Identity) -> System:
    made = System()
    await identity.let_in(made)
    return made
