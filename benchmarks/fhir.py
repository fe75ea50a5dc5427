"""The FHIR door beside SEKMET's server and Medplum's FhirRouter, and beside itself with a hundredth of the resources.

`make bench NAME=fhir ARGS="--quick --json"`. Each is one process; ours keeps what it acknowledged in PostgreSQL, SEKMET
in SQLite, and Medplum's router in memory alone. All hold the same resources and are asked the same by wrk in turn. Ours
verifies a token and puts every request on record; the others ask for no token. Any server that does not declare a write
is not asked for it. A `_growth` is the p50 with all resources (`--size`) over that with a hundredth of them.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Annotated

import typer

from benchmarks.fhir_deeds import DEEDS, Deed, declares, script
from benchmarks.fhir_export import memory_growth
from benchmarks.fhir_house import House, house
from benchmarks.gateway import LONGEST_SECONDS, NothingAnswered
from benchmarks.programs import ensure
from benchmarks.report import Figure, show

CONNECTIONS, SMALLER = 8, 100
SIZE, QUICK_SIZE = 1_000_000, 50_000


def beside_peers(built: House, deed: Deed, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """A round to warm up, then each in turn, on as many resources."""
    sides = [side for side in ("small", *built.peers) if not deed.needs or declares(built, side, deed.needs)]
    if "small" not in sides:
        return
    rates: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(rounds + 1):
        for side in sides:
            rate = _rate(built, side, deed, seconds)
            if number:
                rates[side].append(rate)
    for side in sides[1:]:
        name = f"fhir_{deed.name}_{side.lower()}"
        yield Figure.of_rates(name, rates["small"], rates[side], side, "requests/s")


def _rate(built: House, side: str, deed: Deed, seconds: int) -> float:
    """Requests a second; a peer that answers none in the longest round counts as if it had answered one."""
    try:
        return built.asked(side, script(deed.requests(built, side)), CONNECTIONS, seconds).rate
    except NothingAnswered:
        if side not in built.peers:
            raise
        return 1 / LONGEST_SECONDS


def growth(built: House, deed: Deed, *, rounds: int, seconds: int) -> Figure:
    """A round to warm up, then both sizes in turn, one request after the other."""
    times: dict[str, list[float]] = {"large": [], "small": []}
    for number in range(rounds + 1):
        for side, found in times.items():
            told = built.asked(side, script(deed.requests(built, side)), 1, seconds)
            if number:
                found.append(told.p50_ms)
    large, small = (statistics.median(times[side]) for side in ("large", "small"))
    return Figure(f"fhir_{deed.name}_p50_growth", large, small, f"1/{SMALLER} of the size", large / small, "ms")


def figures_of(built: House, *, rounds: int, seconds: int) -> Iterator[Figure]:
    for deed in DEEDS:
        yield from beside_peers(built, deed, rounds=rounds, seconds=seconds)
        if deed.grows:
            yield growth(built, deed, rounds=rounds, seconds=seconds)
    if declares(built, "small", "$export"):
        yield memory_growth(built)


def collect(*, quick: bool, size: int) -> list[Figure]:
    (wrk,) = ensure("wrk")
    rounds, seconds = (1, 1) if quick else (5, 3)
    figures: list[Figure] = []
    with house(wrk, size, size // SMALLER) as built:
        for one in figures_of(built, rounds=rounds, seconds=seconds):
            figures.append(one)
            print(f"{time.strftime('%X')} {one.name}: {one.told_ratio()}", file=sys.stderr, flush=True)
    return figures


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A twentieth of the size, and one round of a second.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
    size: Annotated[int | None, typer.Option(help="How many resources the large store holds.")] = None,
) -> None:
    """Measure the FHIR door beside two other FHIR servers, and what size costs it."""
    show(collect(quick=quick, size=size or (QUICK_SIZE if quick else SIZE)), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
