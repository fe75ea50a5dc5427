"""What working without signal costs at caseload's full size beside a hundredth of it, and how large a round is.

`make bench NAME=offline ARGS="--quick --json"`, on the people of `benchmarks.caseload` with rounds, medicines and a
history of changes (`benchmarks.offline_rows`). A `_growth` is the p50 at the full size over that at a hundredth: of a
round of ten clients, and of a page of forty changes. Each figure is a function of the house; one more is one more line.
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
from typing import Annotated, Any
from urllib.request import Request, urlopen

import typer

from benchmarks.caseload import SMALL, SMALLER, House, house
from benchmarks.caseload_nurses import Ask
from benchmarks.offline_rows import ROUND, change, sow
from benchmarks.programs import ensure
from benchmarks.report import Figure, show
from benchmarks.seed_rows import Person
from services.common.types import day_in_england

DATABASES = {"large": "caseload", "small": SMALL}
MEGABYTE = 1_000_000
NURSES = 40


@dataclass(frozen=True)
class Pace:
    rounds: int
    seconds: int


def growth(built: House, pace: Pace, name: str, asks: Callable[[str], Sequence[Ask]]) -> Figure:
    """A round to warm up, then both sizes in turn, one request after the other. What is asked is made once a side."""
    wanted = {side: asks(side) for side in DATABASES}
    for side, them in wanted.items():
        # The first of all makes the statement and its plan, which may take longer than a quick round.
        _answer(built, side, them[0])
    times: dict[str, list[float]] = {side: [] for side in DATABASES}
    for number in range(pace.rounds + 1):
        for side, found in times.items():
            told = built.asked(side, wanted[side], 1, pace.seconds)
            if number:
                found.append(told.p50_ms)
    large, small = (statistics.median(times[side]) for side in ("large", "small"))
    return Figure(f"{name}_growth", large, small, f"1/{SMALLER} of the size", large / small, "ms")


def nurses(built: House, side: str) -> list[Person]:
    """One client of each of some teams, whose first nurse asks."""
    by_team = {one.team: one for one in built.samples[side]}
    return list(by_team.values())[:NURSES]


def day_pack(built: House, pace: Pace) -> Iterator[Figure]:
    yield growth(built, pace, "day_pack", lambda side: [Ask("GET", "/v1/day", one) for one in nurses(built, side)])
    told, _ = _answer(built, "large", Ask("GET", "/v1/day", nurses(built, "large")[0]))
    found = len(json.loads(told)["clients"])
    assert found == ROUND, found
    for name, size in (("day_pack", len(told)), ("day_pack_gzipped", len(gzip.compress(told)))):
        yield Figure(f"{name}_bytes", size, MEGABYTE, "a megabyte", MEGABYTE / size, "bytes")


def pull(built: House, pace: Pace) -> Iterator[Figure]:
    yield growth(built, pace, "pull", lambda side: _to_catch_up(built, side))


# What another figure needs of both databases is in `built.postgres` and `DATABASES`.
FIGURES: tuple[Callable[[House, Pace], Iterator[Figure]], ...] = (day_pack, pull)


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
    """Measure what a round and what catching up cost, and how large a round is."""
    part = factor if factor is not None else 0.05 if quick else 1.0
    show(collect(quick=quick, factor=part), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
