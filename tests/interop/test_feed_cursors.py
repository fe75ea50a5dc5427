"""Going on in the feed: cursors outlive restarts and purges, and no entry is passed over, whoever commits when."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.common import history
from services.common.auth import SYSTEM
from services.common.db import Database
from services.interop.domain.base import Base
from services.interop.domain.feed import FEED_ENTRY, cursor_at
from services.interop.main import SERVICE
from services.interop.store import feed as store
from tests.interop.following import FEED, a_visit, follow, kept, latest, pass_days, purge, read, visits
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import Databases, Running, owner, running

GARBAGE = (
    "",
    "0",
    "-1",
    "null",
    "Latest",
    "oldest",
    "AQAAAAAAAAAB=",
    " AQAAAAAAAAAB",
    "AQAAAAAAAAA",
    "AgAAAAAAAAAB",
    "Af__________",
    "AQAAAAAAAAAB\n",
    "AQAA!AAAAAAAB",
    "é",
    "x" * 65,
    "' or true --",
)


@pytest.mark.parametrize("after", GARBAGE)
async def test_what_is_no_cursor_is_refused_at_its_field(trust: Any, after: str) -> None:
    answer = await trust.get(FEED, params={"after": after, "wait_seconds": 30})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/query/after"
    assert error["way_out"]


async def test_a_cursor_from_beyond_the_end_is_none_of_ours(interop: Running, trust: Any) -> None:
    await visits(interop, 1)
    answer = await trust.get(FEED, params={"after": cursor_at(10**9)})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_cursor")


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 101}, {"wait_seconds": -1}, {"wait_seconds": 31}])
async def test_what_is_asked_for_has_its_bounds(trust: Any, asked: dict[str, int]) -> None:
    answer = await trust.get(FEED, params=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/query/{next(iter(asked))}"


async def test_an_empty_feed_has_a_cursor_to_go_on_with(interop: Running, trust: Any) -> None:
    begun = await read(trust)
    assert begun == {"items": [], "next_cursor": await latest(trust)}
    (envelope,) = await visits(interop, 1)
    (item,) = (await read(trust, after=begun["next_cursor"]))["items"]
    assert item["id"] == str(envelope.id)


async def test_the_latest_cursor_passes_over_what_has_been(interop: Running, trust: Any) -> None:
    await visits(interop, 3)
    assert (await read(trust, after="latest"))["items"] == []
    cursor = await latest(trust)
    assert (await follow(trust, cursor)) == ([], cursor)
    (envelope,) = await visits(interop, 1)
    assert [item["id"] for item in (await follow(trust, cursor))[0]] == [str(envelope.id)]


async def test_a_cursor_survives_a_restart(databases: Databases) -> None:
    async with running(databases, SERVICE) as before:
        told = await visits(before, 3)
        partner = await before.client("interop", "trust-tie", "integrator")
        cursor = (await read(partner, limit=2))["next_cursor"]
    async with running(databases, SERVICE) as after:
        told += await visits(after, 2)
        partner = await after.client("interop", "trust-tie", "integrator")
        items, _ = await follow(partner, cursor)
    assert [item["id"] for item in items] == [str(envelope.id) for envelope in told[2:]]


async def test_what_is_old_is_purged_in_batches_and_the_rest_is_kept(
    interop: Running, trust: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BATCH", 2)
    await visits(interop, 7)
    await pass_days(interop, 13)
    await purge(interop)
    assert await kept(interop) == 7
    await pass_days(interop, 1)
    young = await visits(interop, 3)
    await asyncio.gather(purge(interop), purge(interop))
    assert [item["id"] for item in (await follow(trust))[0]] == [str(envelope.id) for envelope in young]


async def test_a_cursor_survives_the_purge_of_what_it_has_read(interop: Running, trust: Any) -> None:
    await visits(interop, 3)
    _, cursor = await follow(trust)
    await pass_days(interop, 15)
    await purge(interop)
    assert await follow(trust, cursor) == ([], cursor)
    assert await latest(trust) == (await read(trust))["next_cursor"] == cursor
    (envelope,) = await visits(interop, 1)
    assert [item["id"] for item in (await follow(trust, cursor))[0]] == [str(envelope.id)]


async def test_who_was_away_too_long_is_told_how_to_begin_anew(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    """And what it is told to do works: nothing that FHIR shows is missing, and nothing new is missed."""
    seen = a_record()
    await tell(interop, caseload, seen)
    _, cursor = await follow(trust)
    missed = await tell(interop, caseload, a_record())
    await pass_days(interop, 15)
    await purge(interop)
    for _ in range(2):
        answer = await trust.get(FEED, params={"after": cursor, "wait_seconds": 30})
        assert answer.status_code == 410
        assert answer.headers["content-type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        assert (error["code"], error["pointer"]) == ("cursor_expired", "/query/after")
        assert "/interop/v1/events?after=latest" in error["way_out"]
        assert "/fhir/R4/Patient?_lastUpdated=ge" in error["way_out"]
    anew = await latest(trust)
    a_day_before = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    strict = {"Prefer": "handling=strict"}
    found = await trust.get("/fhir/R4/Patient", params={"_lastUpdated": f"ge{a_day_before}"}, headers=strict)
    assert {entry["resource"]["id"] for entry in found.json()["entry"]} == {seen["client"]["id"], missed}
    (envelope,) = await visits(interop, 1)
    assert [item["id"] for item in (await follow(trust, anew))[0]] == [str(envelope.id)]


async def test_the_oldest_kept_is_where_one_begins_without_a_cursor_after_a_purge(interop: Running, trust: Any) -> None:
    await visits(interop, 2)
    await pass_days(interop, 15)
    kept_ones = await visits(interop, 2)
    await purge(interop)
    items = (await read(trust))["items"]
    assert [item["id"] for item in items] == [str(envelope.id) for envelope in kept_ones]


async def test_a_page_of_a_hundred_asks_the_database_no_more_than_a_page_of_one(
    interop: Running, trust: Any, statements: Callable[[Database], AbstractContextManager[list[str]]]
) -> None:
    await visits(interop, 100)
    asked: dict[int, int] = {}
    for limit in (1, 100):
        with statements(interop.databases["interop"]) as seen:
            assert len((await read(trust, limit=limit))["items"]) == limit
        asked[limit] = len([one for one in seen if "feed_entry" in one])
    assert asked == {1: 1, 100: 1}


class OnTheWay(Exception):
    """Something fails, and the transaction is rolled back."""


@asynccontextmanager
async def roomy(url: str) -> AsyncIterator[Database]:
    """The same database with room for fifty transactions at once."""
    database = Database(url, Base.metadata, pool_size=50)
    yield database
    await database.close()


async def make_commits_slow(database: Database) -> None:
    """An entry has its number long before others can see it, in as long a time as chance will have it."""
    async with owner(database.url) as connection:
        await connection.execute("""
            create function dawdle() returns trigger language plpgsql as
            $$ begin perform pg_sleep(random() / 50); return null; end $$;
            create constraint trigger dawdle after insert on feed_entry deferrable initially deferred
            for each row execute function dawdle()
        """)


async def write(database: Database, lot: int, written: set[str]) -> None:
    """One of fifty who append: their transactions end in another order than they began in, and some are rolled back."""
    for turn in range(3):
        await asyncio.sleep(random.random() / 3)
        envelopes = [a_visit() for _ in range(random.randint(1, 3))]
        with contextlib.suppress(OnTheWay):
            async with database.transaction(SYSTEM) as tx:
                for envelope in envelopes:
                    store.append(tx, envelope)
                await tx.session.execute(select(func.pg_sleep(random.random() / 20)))
                if (lot + turn) % 7 == 0:
                    await tx.write_logs()
                    raise OnTheWay
            written.update(str(envelope.id) for envelope in envelopes)


async def test_a_reader_passes_over_nothing_while_fifty_write(
    interop: Running, databases: Databases, trust: Any
) -> None:
    written: set[str] = set()
    async with roomy(await databases("interop")) as database:
        await make_commits_slow(database)
        everybody = asyncio.gather(*(write(database, lot, written) for lot in range(50)))
        found, cursor = await follow(trust)
        while not everybody.done():
            more, cursor = await follow(trust, cursor)
            found += more
        await everybody
    found += (await follow(trust, cursor))[0]
    assert len(found) == len({item["id"] for item in found}) == len(written) > 150
    assert {item["id"] for item in found} == written
    async with interop.databases["interop"].transaction(SYSTEM) as tx:
        ids = await tx.all(select(FEED_ENTRY.c.event_id).order_by(FEED_ENTRY.c.position))
    assert [item["id"] for item in found] == [str(event_id) for event_id in ids]
