"""How many nurses' days two cores carry: the whole installation under a mix that is a nurse's day.

`make bench NAME=load ARGS="--quick --json"`. Gateway, seven services and two workers in processes of their own, over
PostgreSQL and RabbitMQ, as `make up` runs them (`benchmarks.load_house`). Requests come when their time comes, whether
those before were answered or not, so that a slow answer cannot slow the load down; Locust's users wait for their
answers. The rate is raised until the p95 of what is written is over
its limit, or answers fail: the knee is the last rate before. What everything costs is told beside it, by process, and
the arithmetic of docs/ops/scaling.md.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import aiohttp
import typer

from benchmarks.load_cost import Meter
from benchmarks.load_day import REQUESTS_A_DAY, VISITS, Door, Failed, Nurse, next_step
from benchmarks.load_house import House, house, on_disk_mb, parked, untold
from benchmarks.offline_rows import ROUND
from benchmarks.report import Figure, show
from demo.servers.http import serving
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres
from devissuer.main import Issuer, create_app

# The objective for a written visit (docs/ops/observability.md), and what may fail of all answers.
MOST_P95_MS, MOST_FAILED = 400.0, 0.001
WRITES = {"push", "phone_call"}
# Of 1,000 teams of twelve, 45 in 100 on duty, and a fifth of the day in its busiest hour.
WANTED_AN_HOUR = 1000 * 12 * 0.45 * 0.2
# The trail, contacts with notes, the last events, FHIR, what others keep of it, and what is purged again.
KB_A_DAY = 28 + 12 + 29 + 101 + 33 + 70
FIRST, RAISED_BY = 0.1, 1.4
AT_ONCE, LOOK_SECONDS = 4, 5.0
THIS_PROCESS = "load generator"


@dataclass(frozen=True)
class Pace:
    """How large the house is, how many nurses are on duty, and how long each rate is kept."""

    factor: float
    contacts: int
    nurses: int
    seconds: float
    stages: int
    refined: int


QUICK, FULL = Pace(0.02, 20, 8, 6, 4, 0), Pace(0.25, 125, 40, 60, 16, 2)


@dataclass
class Stage:
    """One rate, in nurses' days a second, and what came of it. Times in milliseconds."""

    rate: float
    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    processor_ms: dict[str, float] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        return sum(map(len, self.times.values()))

    @property
    def days(self) -> float:
        return self.answered / REQUESTS_A_DAY

    def p95_ms(self, steps: set[str] | None = None) -> float:
        """Of these steps, of all where none are named; 0 where none was answered."""
        of = [one for step, found in self.times.items() if steps is None or step in steps for one in found]
        return statistics.quantiles(of, n=20)[-1] if len(of) > 1 else 0.0

    @property
    def holds(self) -> bool:
        refused = sum(self.failed.values())
        return self.p95_ms(WRITES) <= MOST_P95_MS and refused <= MOST_FAILED * (self.answered + refused)

    def told(self) -> str:
        failed = ", ".join(f"{what} {count}" for what, count in self.failed.most_common(3)) or "none"
        return (
            f"{self.rate:.2f} days/s, {self.answered / self.seconds:.0f} requests/s: p95 {self.p95_ms():.0f} ms, "
            f"of writes {self.p95_ms(WRITES):.0f} ms, failed: {failed}"
        )


async def play(door: Door, nurses: Sequence[Nurse], meter: Meter, rate: float, seconds: float) -> Stage:
    """Let nurses go on with their days in turn, so many days a second in all, at times that nobody keeps to."""
    stage, dice, tasks = Stage(rate), random.Random(11), set()
    before, own, began = meter.processor_ms(), time.process_time(), time.monotonic()
    due, number = began, 0
    while due < began + seconds:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        task = asyncio.create_task(_one(door, nurses[number % len(nurses)], stage, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        due, number = due + dice.expovariate(rate * REQUESTS_A_DAY), number + 1
    if tasks:
        await asyncio.wait(tasks)
    stage.seconds = time.monotonic() - began
    after = meter.processor_ms()
    stage.processor_ms = {name: after[name] - before[name] for name in after}
    stage.processor_ms[THIS_PROCESS] = 1000 * (time.process_time() - own)
    return stage


async def _one(door: Door, nurse: Nurse, stage: Stage, due: float) -> None:
    """What it waited for its turn counts, as it does for the nurse."""
    try:
        step = await next_step(door, nurse)
    except Failed as error:
        stage.failed[str(error)] += 1
    else:
        stage.times.setdefault(step, []).append(1000 * (time.monotonic() - due))


async def first_day(door: Door, nurses: Sequence[Nurse], postgres: EmbeddedPostgres) -> None:
    """Until each service knows the clients of every nurse, as it would; those who are sown it does not know."""
    began, turn = datetime.now(UTC), asyncio.Semaphore(AT_ONCE)

    async def whole(nurse: Nurse) -> None:
        async with turn:
            # Longer than a day, which does not come to everybody on her round.
            for _ in range(REQUESTS_A_DAY * ROUND // VISITS):
                await next_step(door, nurse)

    await asyncio.gather(*map(whole, nurses))
    while left := await untold(postgres, began):
        print(f"{time.strftime('%X')} {left} contacts are not everywhere yet", file=sys.stderr, flush=True)
        await asyncio.sleep(LOOK_SECONDS)


async def stages(door: Door, nurses: Sequence[Nurse], meter: Meter, pace: Pace) -> list[Stage]:
    """Raise the rate until it does not hold; then try between the last that held and the first that did not."""
    found: list[Stage] = []
    low, high, rate = 0.0, 0.0, FIRST
    for _ in range(pace.stages + pace.refined):
        found.append(await play(door, nurses, meter, rate, pace.seconds))
        print(f"{time.strftime('%X')} {found[-1].told()}", file=sys.stderr, flush=True)
        low, high = (rate, high) if found[-1].holds else (low, rate)
        if high and (not pace.refined or high / max(low, 0.01) < 1.1 or len(found) >= pace.stages + pace.refined):
            break
        rate = (low + high) / 2 if high else rate * RAISED_BY
    return found


async def measured(built: House, issuer: Issuer, pace: Pace) -> list[Figure]:
    # Each is at another place of her day, so that every rate has the whole mix.
    nurses = [Nurse(*who, issuer, place=7 * number) for number, who in enumerate(built.nurses[: pace.nurses])]
    idle = built.meter.memory_mb()
    connector = aiohttp.TCPConnector(limit=256, keepalive_timeout=4)
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(built.base, connector=connector, timeout=timeout) as http:
        await first_day(Door(http), nurses, built.postgres)
        disk = await on_disk_mb(built.postgres)
        found = await stages(Door(http), nurses, built.meter, pace)
    loaded, grown = built.meter.memory_mb(), await on_disk_mb(built.postgres) - disk
    print(f"{await parked(built.postgres)} events could not be applied", file=sys.stderr, flush=True)
    days = sum(one.days for one in found)
    held = [one for one in found if one.holds]
    if not held:
        print("No rate held: what follows is of the lowest that was tried.", file=sys.stderr, flush=True)
    knee = max(held or found[:1], key=lambda one: one.rate)
    return [*_of_knee(knee), *_of_cost(knee), _of_disk(grown, days), *_of_memory(idle, loaded)]


def _of_knee(knee: Stage) -> Iterator[Figure]:
    an_hour = 3600 * knee.days / knee.seconds
    arithmetic = "1,000 teams, busiest hour"
    yield Figure("knee_days", an_hour, WANTED_AN_HOUR, arithmetic, an_hour / WANTED_AN_HOUR, "days/h")
    rate, wanted = knee.answered / knee.seconds, WANTED_AN_HOUR * REQUESTS_A_DAY / 3600
    yield Figure("knee_requests", rate, wanted, arithmetic, rate / wanted, "requests/s")
    yield Figure.of_times("knee_p95_of_writes", knee.p95_ms(WRITES), MOST_P95_MS, "the objective")
    yield Figure.of_times("knee_p95", knee.p95_ms(), MOST_P95_MS, "the objective")


def _of_cost(knee: Stage) -> Iterator[Figure]:
    """Milliseconds of the processor for a nurse's day; what generates the load stands beside, and is in no sum."""
    cost = {name: ms / max(knee.days, 0.01) for name, ms in knee.processor_ms.items()}
    whole = sum(ms for name, ms in cost.items() if name != THIS_PROCESS)
    left = 1000 * 3600 * (os.cpu_count() or 1) / WANTED_AN_HOUR
    yield Figure("cost_of_a_day", whole, left, "1,000 teams on these cores", left / whole, "ms")
    for name, ms in sorted(cost.items(), key=lambda pair: -pair[1]):
        yield Figure(f"cost_{name.replace(' ', '_')}", ms, whole, "the whole day", None, "ms")


def _of_disk(grown: float, days: float) -> Figure:
    day = 1000 * grown / max(days, 0.01)
    return Figure("disk_of_a_day", day, KB_A_DAY, "docs/ops/scaling.md", KB_A_DAY / day if day > 0 else None, "kB")


def _of_memory(idle: dict[str, float], loaded: dict[str, float]) -> Iterator[Figure]:
    for name, megabytes in loaded.items():
        ratio = idle[name] / megabytes if megabytes else None
        yield Figure(f"memory_{name}", megabytes, idle[name], "before the load", ratio, "MB")


def collect(pace: Pace) -> list[Figure]:
    issuer, port = Issuer(), free_port()
    with house(port, pace.factor, pace.contacts) as built:
        return asyncio.run(_with_issuer(built, issuer, port, pace))


async def _with_issuer(built: House, issuer: Issuer, port: int, pace: Pace) -> list[Figure]:
    async with serving(create_app({}, issuer), port=port):
        return await measured(built, issuer, pace)


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Forty teams, and four rates of some seconds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
) -> None:
    """Find the knee, and tell what a nurse's day costs."""
    show(collect(QUICK if quick else FULL), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
