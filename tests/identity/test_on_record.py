"""Who asked identity for what is on record, by the name that was proven; and nobody else waits for a partner."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import func, select

from services.common.auth import SYSTEM
from tests.common.audited import trail
from tests.identity.conftest import Identity
from tests.identity.providers import System
from tests.identity.test_endings import renewed, signed_in_device
from tests.running import NURSE, until


async def rows(identity: Identity) -> list[Any]:
    """What others asked: identity asks itself for a token as well, as every process does."""
    return [row for row in await trail(identity.running.databases["identity"]) if row.subject != "svc:identity"]


async def asker(identity: Identity) -> tuple[Any, ...]:
    row = (await rows(identity))[-1]
    return row.operation, row.subject, row.acting_for, row.persona


async def test_an_exchange_is_the_gateways_on_behalf_of_whoever_signed_in(identity: Identity) -> None:
    await identity.exchanged(identity.provider.token(NURSE))
    assert await asker(identity) == ("POST /inside/token", "svc:gateway", str(NURSE), "nurse")


async def test_a_token_of_its_own_is_the_processs(identity: Identity) -> None:
    await identity.inside("svc:hr", grant_type="client_credentials")
    assert await asker(identity) == ("POST /inside/token", "svc:hr", None, "service")


async def test_a_systems_token_is_on_record_under_its_name(identity: Identity, system: System) -> None:
    assert (await identity.nobody.post("/auth/token", data=system.asks())).status_code == 200
    assert await asker(identity) == ("POST /auth/token", "trust-tie", None, "integrator")


async def test_a_tablet_is_renewed_by_whoever_signed_in_on_it(identity: Identity) -> None:
    told = await signed_in_device(identity)
    await renewed(identity, told["refresh_token"])
    assert await asker(identity) == ("POST /auth/token", str(NURSE), None, "nurse")


async def test_what_proves_nothing_is_nobodys(identity: Identity) -> None:
    await identity.nobody.post("/auth/token", data={"grant_type": "client_credentials"})
    assert await asker(identity) == ("POST /auth/token", "nobody", None, "service")


async def test_what_is_asked_all_the_time_about_nobody_leaves_no_row(identity: Identity) -> None:
    service = await identity.running.client("identity", "svc:hr", "service")
    for client, path in (
        (service, "/inside/revocations"),
        (identity.nobody, "/inside/jwks"),
        (identity.nobody, "/auth/jwks"),
        (identity.nobody, "/fhir/R4/.well-known/smart-configuration"),
    ):
        assert (await client.get(path)).status_code == 200
    assert await rows(identity) == []
    refused = await (await identity.as_nurse()).get("/inside/revocations")
    assert (refused.status_code, (await asker(identity))[1]) == (403, str(NURSE))


async def test_the_secret_of_a_tablet_is_kept_nowhere(identity: Identity) -> None:
    nurse = await identity.as_nurse()
    keyed = {"Idempotency-Key": "once"}
    first, second = [await nurse.post("/v1/devices", json={"name": "Tablet 4"}, headers=keyed) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["refresh_token"] != second.json()["refresh_token"]
    async with identity.running.databases["identity"].transaction(SYSTEM) as tx:
        assert await tx.all(select(func.count()).select_from(tx.metadata.tables["idempotency_key"])) == [0]


async def test_nobody_waits_for_a_provider_that_takes_its_time(identity: Identity) -> None:
    """More callers than the service has connections, and none of them holds one."""
    identity.provider.awake = asyncio.Event()
    tokens = [identity.provider.token(NURSE) for _ in range(20)]
    asking = [asyncio.create_task(identity.exchanged(token)) for token in tokens]
    await until(lambda: identity.provider.calls)
    async with asyncio.timeout(3):
        other = await (await identity.as_nurse()).get("/v1/devices")
    assert other.status_code == 200
    identity.provider.awake.set()
    answers: list[httpx.Response] = await asyncio.gather(*asking)
    assert {answer.status_code for answer in answers} == {200}
    assert identity.provider.calls == 1
