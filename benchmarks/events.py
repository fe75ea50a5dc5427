"""Events beside the bare broker: how fast they leave and are applied, how soon, and whether history costs anything.

`make bench NAME=events ARGS="--quick --json"`. Every figure is taken beside its baseline in the same run, in turn.
"""

import gc
import logging
import sys
import time
from collections.abc import AsyncIterator
from typing import Annotated

import typer
import uvloop

from benchmarks import event_consumer, event_growth, event_latency, event_relay
from benchmarks.event_load import EVENT, QUEUE
from benchmarks.report import Figure, show
from benchmarks.servers import Servers, running
from services.common import rabbit


async def measure(servers: Servers, *, quick: bool) -> AsyncIterator[list[Figure]]:
    await servers.postgres.create_databases()
    await rabbit.declare(servers.rabbit.url, {QUEUE: [EVENT]})
    count, rounds = (2000, 2) if quick else (10_000, 5)
    yield await event_relay.figures(servers, count, rounds)
    yield await event_consumer.figures(servers, count, rounds)
    yield await event_latency.figures(servers, seconds=2 if quick else 20)
    sizes = (10_000, 100_000) if quick else (10_000, 10_000_000)
    yield await event_growth.figures(servers, sizes, rounds=2 if quick else 7)


async def collect(*, quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    with running() as servers:
        async for some in measure(servers, quick=quick):
            for one in some:
                print(f"{time.strftime('%X')} {one.name}: {one.told_ratio()}", file=sys.stderr, flush=True)
            figures += some
    return figures


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Smaller rounds, within a minute and a half.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
) -> None:
    """Measure how events leave, arrive and age."""
    for noisy in ("services", "aio_pika", "aiormq"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    # The loop that the services' own servers run on, and their care for the collector, for both sides.
    gc.freeze()
    show(uvloop.run(collect(quick=quick)), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
