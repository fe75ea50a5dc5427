"""What an event costs with much history beside it, over what it costs with little: to write, to send and to apply."""

import asyncio
import time

import asyncpg

from benchmarks.event_load import EVENT, an_event, bodies, consumer, fill_outbox, roster_database
from benchmarks.report import Figure
from benchmarks.servers import Servers
from demo.servers.postgres import create_database
from services.common.broker import Delivery, InProcessBroker
from services.common.relay import Relay

EVENTS = 2000
# Ids as the clock would have given them, one a millisecond, up to now.
ID = """(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - $1::bigint + g), 12, '0')
         || '7' || substr(md5(g::text), 1, 3) || '8' || substr(md5(g::text), 4, 15))::uuid"""
HISTORY = f"""
    insert into event_log (seq, id, type, subject, key, aggregate_version, envelope)
    select g - $1, {ID}, '{EVENT}', 'team_membership/' || {ID}, 'team_membership/' || {ID}, 1, $2
    from generate_series(1, $1) g
"""
MARKS = f"insert into inbox (event_id, consumer) select {ID}, 'roster.{EVENT}' from generate_series(1, $1) g"


async def _aged(servers: Servers, name: str, count: int) -> str:
    """A database with so many events sent and applied."""
    template, url = await servers.migrated("roster"), servers.postgres.url("roster", name)
    admin = await servers.postgres.admin()
    await create_database(admin, "roster", name, f"template {template.rpartition('/')[2]}")
    await admin.close()
    envelope = an_event().model_dump_json(exclude_none=True)
    connection = await servers.postgres.admin(name)
    await connection.execute("set synchronous_commit = off")
    await connection.execute("truncate outbox, inbox, event_log")
    await connection.execute(HISTORY, count, envelope)
    await connection.execute(MARKS, count)
    await connection.execute("vacuum analyze")
    await connection.execute("checkpoint")
    await connection.close()
    return url


async def _send(url: str) -> float:
    """Microseconds to write an event, publish it to nobody's cost, and move it to the log."""
    connection, broker = await asyncpg.connect(url.replace("+asyncpg", "")), InProcessBroker()
    await broker.subscribe("q", [EVENT], _nothing)
    started = time.perf_counter()
    await fill_outbox(connection, EVENTS)
    relay = Relay(url, broker)
    while await relay.send_batch(connection):
        pass
    taken = time.perf_counter() - started
    await connection.close()
    return taken / EVENTS * 1e6


async def _nothing(_: object) -> None:
    """Somebody hears it."""


async def _apply(url: str) -> float:
    """Microseconds to mark an event and to keep its effect."""
    database = await roster_database(url)
    ours = consumer(database, url)
    lots = [[Delivery(event.body) for event in bodies(100)] for _ in range(EVENTS // 100)]
    started = time.perf_counter()
    for lot in lots:
        await ours.deliver(lot)
    taken = time.perf_counter() - started
    await database.close()
    return taken / EVENTS * 1e6


async def figures(servers: Servers, sizes: tuple[int, int], rounds: int) -> list[Figure]:
    small, large = [await _aged(servers, f"roster_{size}", size) for size in sizes]
    taken: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds + 1):
        for url in (small, large):
            for name, work in (("relay", _send), ("consumer", _apply)):
                value = await work(url)
                if number:
                    taken.setdefault((name, url), []).append(value)
                await asyncio.sleep(0)
    beside = f"{sizes[0]:,} events of history, beside {sizes[1]:,}"
    return [Figure.of_growth(name, taken[name, large], taken[name, small], beside) for name in ("relay", "consumer")]
