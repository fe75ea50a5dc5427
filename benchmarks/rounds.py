"""Rounds beside what is published and what OR-Tools was measured to find: the cost after so many seconds on two cores.

`make bench NAME=rounds ARGS="--folder DIR --quick --json"`. The folder has `hhcrsp/`, instances and `best_known.md`,
and `rural_12x60x80.json`; without it a day is made up. Every plan is priced by the referee, and must break no rule.
"""

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import rounds_homecare, rounds_rural
from benchmarks.report import Figure, show
from services.roster.domain.rounds.day import Call, Day, Plan
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing import anneal
from services.roster.solver.insertion import insertions
from services.roster.solver.routing.race import LATE, TEAM, Lap, race_day

# The rural day by OR-Tools routing alone, after as many seconds of one core: measured once, by the same referee.
ROUTING = {10: 1795.0, 30: 1730.0}
ALLOWED_MS = 150.0
QUICK = {"10_1": 4, "25_1": 12, "50_2": 20}


@dataclass(frozen=True)
class Run:
    """How the figures are taken: `of_processor` counts the seconds that each of the two processes was let work."""

    quick: bool
    seed: int
    of_processor: bool


class PlanBreaksRules(Exception):
    """A plan of a benchmark leaves a visit out or breaks a rule, so that its cost says nothing."""


def raced(name: str, day: Day, seconds: float, laps: Sequence[Lap], run: Run) -> float:
    """The cost of the best plan. Tells on standard error how it came, in seconds of wall and of processor."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)

    def tell(plan: Plan) -> None:
        print(f"  {name} {time.monotonic() - begun:6.1f} s  {evaluate(day, plan).total:10.2f}", file=sys.stderr)

    plan = asyncio.run(race_day(day, seconds, seed=run.seed, tell=tell, laps=laps, of_processor=run.of_processor))
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cost = evaluate(day, plan)
    if cost.broken or plan.unserved:
        raise PlanBreaksRules(f"{name}: {cost.broken or plan.unserved}")
    share = "" if cost.named_or_buddy.percent is None else f", {cost.named_or_buddy.percent} % named or buddy"
    told = f"{cost.total:.2f} after {wall:.1f} s ({spent:.1f} s of processor), {cost.late:.0f} min late{share}"
    print(f"{time.strftime('%X')} {name}: {told}", file=sys.stderr, flush=True)
    return cost.total


def homecare(folder: Path, run: Run) -> list[Figure]:
    """Each instance in the folder; quickly, three of them."""
    known, figures = rounds_homecare.best_known(folder), []
    for name, path in rounds_homecare.instances(folder).items():
        if run.quick and name not in QUICK:
            continue
        seconds = QUICK[name] if run.quick else 20 if int(name.partition("_")[0]) <= 25 else 40
        ours, best = raced(name, rounds_homecare.load(path), seconds, LATE, run), known.get(path.name)
        beside = "best known" if best is not None else "none published"
        ratio = None if best is None else best / ours
        figures.append(Figure(f"hhcrsp_{name}_{seconds}s", ours, best or 0.0, beside, ratio, "cost"))
    return figures


def rural(day: Day, run: Run, *, is_known: bool) -> list[Figure]:
    """The cost of the rural day at 10 and at 30 seconds, each a race of its own."""
    figures = []
    for seconds in (10,) if run.quick else (10, 30):
        ours = raced(f"rural {seconds} s", day, seconds, TEAM, run)
        baseline = ROUTING[seconds] if is_known else evaluate(day, _greedy(day)).total
        beside = "OR-Tools routing, one core" if is_known else "cheapest insertion, one by one"
        figures.append(Figure(f"rounds_rural_{seconds}s", ours, baseline, beside, baseline / ours, "cost"))
    return figures


def what_if(day: Day, *, times: int) -> Figure:
    """Milliseconds to say where one more visit fits into a full day, by the median."""
    plan, taken = _greedy(day), []
    for number in range(times):
        call: Call = replace(day.calls[number % len(day.calls)], id="more")
        more = replace(day, calls=(*day.calls, call))
        asked = replace(plan, unserved=(*plan.unserved, len(day.calls)))
        begun = time.perf_counter()
        insertions(more, asked, len(day.calls))
        taken.append((time.perf_counter() - begun) * 1000)
    return Figure.of_times("rounds_what_if_p50", statistics.median(taken), ALLOWED_MS, "what a nurse is let wait")


def _greedy(day: Day) -> Plan:
    return anneal(day, 0, seed=1, clock=time.monotonic)


def main(
    folder: Annotated[Path | None, typer.Option(help="Where hhcrsp/ and rural_12x60x80.json are.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer instances, within a minute.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
    seed: int = 1,
    of_processor: Annotated[
        bool, typer.Option("--of-processor", help="Count seconds of processor, where the machine is busy.")
    ] = False,
) -> None:
    """Measure how good the rounds are, and how soon."""
    figures, run = [], Run(quick, seed, of_processor)
    if folder is None:
        print("No --folder: published instances are left out, and the rural day is made up.", file=sys.stderr)
        day = rounds_rural.day_of(rounds_rural.made_up(seed))
    else:
        day = rounds_rural.day_of(rounds_rural.read(folder / "rural_12x60x80.json"))
        figures += homecare(folder / "hhcrsp", run)
    figures += rural(day, run, is_known=folder is not None)
    figures.append(what_if(day, times=10 if quick else 40))
    show(figures, as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
