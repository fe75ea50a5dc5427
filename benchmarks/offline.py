"""What working without signal costs at caseload's full size beside a hundredth of it, and how large a round is.

`make bench NAME=offline ARGS="--quick --json"`, on the people of `benchmarks.caseload` with rounds, medicines and a
history of changes (`benchmarks.offline_rows`). A `_growth` is the p50 at the full size over that at a hundredth: of a
round of ten clients, of a page of forty changes, and of a push of 50 operations. A push of 500 stands beside 500 bare
inserts with their inbox rows (`benchmarks.bare_push`), and a morning with a tablet beside what its bytes alone would
need on a thin line. Each figure is a function of the house; one more is one more line.
"""

import asyncio
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Annotated, Any
from urllib.request import Request, urlopen
from uuid import UUID

import typer

from benchmarks.caseload import SMALL, SMALLER, House, house
from benchmarks.caseload_nurses import Ask
from benchmarks.offline_line import morning
from benchmarks.offline_queue import Device, Pushing
from benchmarks.offline_rows import ROUND, change, sow
from benchmarks.programs import ensure
from benchmarks.report import Figure, show
from benchmarks.seed_rows import Person
from services.caseload.domain.sync_operation import MOST_OPERATIONS
from services.common.types import day_in_england

DATABASES = {"large": "caseload", "small": SMALL}
MEGABYTE = 1_000_000
NURSES = 40


@dataclass(frozen=True)
class Pace:
    rounds: int
    seconds: int


def growth(pace: Pace, name: str, p50_ms: Callable[[str], float]) -> Figure:
    """A round to warm up, then both sizes in turn; `p50_ms` plays one round on a side."""
    times: dict[str, list[float]] = {side: [] for side in DATABASES}
    for number in range(pace.rounds + 1):
        for side, found in times.items():
            told = p50_ms(side)
            if number:
                found.append(told)
    large, small = (statistics.median(times[side]) for side in ("large", "small"))
    return Figure(f"{name}_growth", large, small, f"1/{SMALLER} of the size", large / small, "ms")


def reading(built: House, pace: Pace, asks: Callable[[str], Sequence[Ask]]) -> Callable[[str], float]:
    """Rounds of one request after the other. What is asked is made once a side."""
    wanted = {side: asks(side) for side in DATABASES}
    for side, them in wanted.items():
        # The first of all makes the statement and its plan, which may take longer than a quick round.
        _answer(built, side, them[0])
    return lambda side: built.asked(side, wanted[side], 1, pace.seconds).p50_ms


def nurses(built: House, side: str) -> list[Person]:
    """One client of each of some teams, whose first nurse asks."""
    by_team = {one.team: one for one in built.samples[side]}
    return list(by_team.values())[:NURSES]


def day_pack(built: House, pace: Pace) -> Iterator[Figure]:
    asked = reading(built, pace, lambda side: [Ask("GET", "/v1/day", one) for one in nurses(built, side)])
    yield growth(pace, "day_pack", asked)
    told, _ = _answer(built, "large", Ask("GET", "/v1/day", nurses(built, "large")[0]))
    found = len(json.loads(told)["clients"])
    assert found == ROUND, found
    for name, size in (("day_pack", len(told)), ("day_pack_gzipped", len(gzip.compress(told)))):
        yield Figure(f"{name}_bytes", size, MEGABYTE, "a megabyte", MEGABYTE / size, "bytes")


def pull(built: House, pace: Pace) -> Iterator[Figure]:
    yield growth(pace, "pull", reading(built, pace, lambda side: _to_catch_up(built, side)))


def push_growth(built: House, pace: Pace) -> Iterator[Figure]:
    """Of a push of 50 operations, by one nurse's device after the other's."""
    pushes = {side: Pushing(built.bases[side], built.signing, cycle(devices(built, side)), 50) for side in DATABASES}
    yield growth(pace, "push", lambda side: 1000 * statistics.median(pushes[side].times(pace.seconds)))


def push_500(built: House, pace: Pace) -> Iterator[Figure]:
    """Operations applied in a second: a round to warm up, then ours and the bare ones in turn, in the same database."""
    pushes = {
        side: Pushing(built.bases[side], built.signing, cycle(devices(built, "large")), MOST_OPERATIONS)
        for side in ("large", "bare")
    }
    rates: dict[str, list[float]] = {side: [] for side in pushes}
    for number in range(pace.rounds + 1):
        for side, found in rates.items():
            times = pushes[side].times(pace.seconds)
            if number:
                found.append(MOST_OPERATIONS * len(times) / sum(times))
    baseline = "FastAPI, asyncpg: a row and an inbox row each"
    yield Figure.of_rates("push_500", rates["large"], rates["bare"], baseline, "operations/s")


def thin_line(built: House, _: Pace) -> Iterator[Figure]:
    """What a tablet's morning took on 2G, in seconds."""
    one = nurses(built, "large")[0]
    employee_id = Ask("GET", "", one).employee_id
    took = asyncio.run(morning(built.bases["large"], built.signing.of_nurse(employee_id), UUID(employee_id)))
    for name, told in took.items():
        yield Figure(f"thin_line_{name}", told.seconds, told.alone, "its bytes alone", told.alone / told.seconds, "s")


# What another figure needs of both databases is in `built.postgres` and `DATABASES`.
FIGURES: tuple[Callable[[House, Pace], Iterator[Figure]], ...] = (day_pack, pull, push_growth, push_500, thin_line)


def devices(built: House, side: str) -> list[Device]:
    """One of each nurse's, with her round on it."""
    asks = [Ask("GET", "/v1/day", one) for one in nurses(built, side)]
    return [Device(one.employee_id, json.loads(_answer(built, side, one)[0])["clients"]) for one in asks]


def _to_catch_up(built: House, side: str) -> list[Ask]:
    """Where each nurse stopped, before every client of her team was written once more."""
    asking = nurses(built, side)
    stopped = [json.loads(_answer(built, side, Ask("GET", "/v1/sync/pull", one))[0])["next"] for one in asking]
    asyncio.run(_over(built, side, change, sorted({one.team_id for one in asking})))
    asks = [Ask("GET", f"/v1/sync/pull?since={since}", one) for since, one in zip(stopped, asking, strict=True)]
    assert len(json.loads(_answer(built, side, asks[0])[0])["changes"]) > ROUND
    return asks


def _answer(built: House, side: str, ask: Ask) -> tuple[bytes, Any]:
    headers = {"Authorization": f"Bearer {built.signing.of_nurse(ask.employee_id)}"}
    with urlopen(Request(built.bases[side] + ask.path, headers=headers), timeout=30) as answer:
        return answer.read(), answer.headers


async def _over(built: House, side: str, work: Callable[..., Any], *values: Any) -> None:
    connection = await built.postgres.admin(DATABASES[side])
    await work(connection, *values)
    await connection.close()


def collect(*, quick: bool, factor: float) -> list[Figure]:
    (wrk,) = ensure("wrk")
    pace, figures = Pace(1, 1) if quick else Pace(5, 3), []
    with house(wrk, factor) as built:
        for side in DATABASES:
            asyncio.run(_over(built, side, sow, day_in_england(datetime.now(UTC))))
        for figure in FIGURES:
            for one in figure(built, pace):
                figures.append(one)
                print(f"{time.strftime('%X')} {one.name}: {one.told_ratio()}", file=sys.stderr, flush=True)
    return figures


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A twentieth of the size, and rounds of a second.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
    factor: Annotated[float | None, typer.Option(help="Which part of the whole size.")] = None,
) -> None:
    """Measure what a round, a push and catching up cost, how large a round is, and a morning on a thin line."""
    part = factor if factor is not None else 0.05 if quick else 1.0
    show(collect(quick=quick, factor=part), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
