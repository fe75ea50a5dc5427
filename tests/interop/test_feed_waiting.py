"""Waiting for the next event: woken at once, by whichever replica it came through, and at no cost to anybody else."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx

from demo.servers.http import serving
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres
from services.__main__ import server_of
from services.common.broker import InProcessBroker
from services.interop.domain.feed import cursor_at
from services.interop.main import SERVICE
from services.interop.usecases import watch as watching
from tests.interop.following import FEED, follow, latest, read, visits, watch
from tests.running import Databases, Running, settings_for, until


async def waiting_client(system: Running, many: int = 1) -> Any:
    """So many callers wait for what comes next."""
    client = await system.client("interop", "trust-tie", "integrator")
    cursor = await latest(client)
    waits = asyncio.gather(*(read(client, after=cursor, wait_seconds=20) for _ in range(many)))
    await until(lambda: watch(system).waiting == many)
    return waits


async def test_who_waits_is_woken_within_a_second(interop: Running) -> None:
    await visits(interop, 3)
    waits = await waiting_client(interop)
    await asyncio.sleep(0.5)
    assert not waits.done()
    (envelope,) = await visits(interop, 1)
    told = time.monotonic()
    (page,) = await waits
    assert time.monotonic() - told < 1
    assert [item["id"] for item in page["items"]] == [str(envelope.id)]
    assert watch(interop).waiting == 0


async def test_who_waits_from_the_beginning_is_woken_by_the_first_event(interop: Running, trust: Any) -> None:
    waits = asyncio.ensure_future(read(trust, wait_seconds=20))
    await until(lambda: watch(interop).waiting == 1)
    (envelope,) = await visits(interop, 1)
    async with asyncio.timeout(1):
        assert [item["id"] for item in (await waits)["items"]] == [str(envelope.id)]


async def test_nothing_comes_and_the_wait_ends_with_the_same_cursor(interop: Running, trust: Any) -> None:
    await visits(interop, 1)
    cursor = await latest(trust)
    begun = time.monotonic()
    assert await read(trust, after=cursor, wait_seconds=1) == {"items": [], "next_cursor": cursor}
    assert 1 <= time.monotonic() - begun < 2.5


async def test_what_is_there_already_is_not_waited_for(interop: Running, trust: Any) -> None:
    begun = await latest(trust)
    await visits(interop, 2)
    async with asyncio.timeout(1):
        assert len((await read(trust, after=begun, wait_seconds=20))["items"]) == 2
        assert len((await read(trust, wait_seconds=20))["items"]) == 2
        assert (await read(trust, after="latest", wait_seconds=20))["items"] == []


async def test_who_waits_holds_no_connection_to_the_database(interop: Running, trust: Any) -> None:
    """More wait than there are connections, none is taken, and others are answered."""
    pool: Any = interop.databases["interop"].engine.sync_engine.pool
    waits = await waiting_client(interop, many=watching.MOST_WAITING)
    assert 2 * pool.size() < watching.MOST_WAITING
    # The service's own work takes one for a moment now and then.
    await until(lambda: pool.checkedout() == 0, seconds=1)
    assert watch(interop).waiting == watching.MOST_WAITING
    async with asyncio.timeout(1):
        assert (await trust.get("/fhir/R4/Patient")).status_code == 200
    await visits(interop, 1)
    async with asyncio.timeout(2):
        assert [len(page["items"]) for page in await waits] == [1] * watching.MOST_WAITING


async def test_where_too_many_wait_nobody_else_does(interop: Running, trust: Any) -> None:
    waits = await waiting_client(interop, many=watching.MOST_WAITING)
    async with asyncio.timeout(1):
        assert (await read(trust, wait_seconds=20))["items"] == []
    await visits(interop, 1)
    await waits


@asynccontextmanager
async def another(system: Running, url: str) -> AsyncIterator[Running]:
    """One more process of interop, on this database."""
    app = SERVICE.app(settings_for(url), broker=InProcessBroker(), mounts={})
    async with app.router.lifespan_context(app):
        app.state.verifier = system.apps["interop"].state.verifier
        yield dataclasses.replace(system, apps={"interop": app}, databases={"interop": app.state.database})


async def test_an_event_through_one_replica_wakes_those_who_wait_at_another(
    interop: Running, databases: Databases
) -> None:
    async with another(interop, await databases("interop")) as replica:
        waits = await waiting_client(replica)
        assert watch(interop).waiting == 0
        await visits(interop, 1)
        async with asyncio.timeout(1):
            (page,) = await waits
    assert len(page["items"]) == 1


async def test_waiting_goes_on_when_the_database_has_been_away(
    interop: Running, databases: Databases, postgres: EmbeddedPostgres
) -> None:
    waits = await waiting_client(interop)
    admin: asyncpg.Connection = await postgres.admin()
    name = (await databases("interop")).rpartition("/")[2]
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    await admin.close()
    await asyncio.sleep(0.2)
    assert not waits.done()
    await visits(interop, 1)
    async with asyncio.timeout(3):
        (page,) = await waits
    assert len(page["items"]) == 1


async def test_without_a_database_one_is_refused_after_the_wait(interop: Running) -> None:
    async with another(interop, "postgresql+asyncpg://nobody@127.0.0.1:1/none") as cut_off:
        partner = await cut_off.client("interop", "trust-tie", "integrator")
        answer = await partner.get(FEED, params={"after": cursor_at(0), "wait_seconds": 1})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_who_has_hung_up_waits_no_longer(interop: Running) -> None:
    headers = (await interop.client("interop", "trust-tie", "integrator")).headers
    async with serving(interop.apps["interop"], lifespan=False) as address, httpx.AsyncClient() as client:
        waits = asyncio.ensure_future(client.get(f"{address}{FEED}?wait_seconds=20", headers=headers))
        await until(lambda: watch(interop).waiting == 1)
        waits.cancel()
        await until(lambda: watch(interop).waiting == 0, seconds=2)


async def test_a_process_that_is_to_stop_lets_nobody_wait(interop: Running) -> None:
    """As it is served in production: they are answered, and it is gone, long before it would be cut off."""
    headers = (await interop.client("interop", "trust-tie", "integrator")).headers
    port = free_port()
    server = server_of(interop.apps["interop"], "127.0.0.1", port)
    server.config.lifespan = "off"
    served = asyncio.ensure_future(server.serve())
    await until(lambda: server.started)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        waits = asyncio.ensure_future(client.get(FEED, params={"wait_seconds": 20}))
        await until(lambda: watch(interop).waiting == 1)
        server.should_exit = True
        async with asyncio.timeout(3):
            assert (await waits).json()["items"] == []
            await served


async def test_a_long_absence_is_caught_up_with_page_by_page(interop: Running, trust: Any) -> None:
    envelopes = await visits(interop, 25)
    items, _ = await follow(trust, limit=10)
    assert [item["id"] for item in items] == [str(envelope.id) for envelope in envelopes]
