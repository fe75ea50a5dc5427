"""Rotas beside what is published and what can be proved: the points after so many seconds on two cores.

`make bench NAME=roster ARGS="--folder DIR --quick --json"`. The folder has instances of Curtois and Qu as text; without
it they are left out. Every roster is priced by a referee that shares nothing with the model, and breaks no rule.
"""

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import roster_curtois, roster_team
from benchmarks.report import Figure, show
from services.roster.domain.rota import difference, score
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.solver import engine, race
from services.roster.solver.model import Model, Outcome, Progress
from services.roster.solver.team import Asked, build, propose
from services.roster.solver.team.greedy import first_roster

QUICK = {1: 10.0, 2: 10.0}
# Made-up teams by the seed that makes them up, and how long each is let wait.
TEAMS, TEAM_SECONDS = (3, 1, 2, 4, 5, 6, 7, 11, 12, 13), 10.0
# What people are let wait for a look at a rota or a swap.
CHECK_MS, ALLOWED = 10.0, "what a nurse is let wait"
# Who is more than a team of this many is scheduled by the plan for larger ones.
SMALL_TEAM = 16


@dataclass(frozen=True)
class Run:
    """How the figures are taken: `of_processor` counts the seconds that each core was let work."""

    seconds: float
    quick: bool
    seed: int
    of_processor: bool


class RosterBreaksRules(Exception):
    """A roster of a benchmark breaks a rule or does not cost what the model says, so that its cost says nothing."""


def raced(name: str, model: Model, plan: race.Plan, run: Run, seconds: float) -> Outcome:
    """The best roster. Tells on standard error how it came, in seconds of wall and of processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)

    def tell(progress: Progress) -> None:
        told = f"{progress.best} ({progress.bound})"
        print(f"  {name} {progress.seconds:6.1f} s  {told:>16} {progress.engine}", file=sys.stderr)

    outcome = asyncio.run(
        race.solve(
            model, seconds, seed=run.seed, tell=tell, stop=asyncio.Event(), plan=plan, of_processor=run.of_processor
        )
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = f"{outcome.best} ({outcome.bound}) {outcome.status} after {outcome.seconds:.1f} s"
    print(f"{time.strftime('%X')} {name}: {told} ({spent:.1f} s of processor)", file=sys.stderr, flush=True)
    return outcome


def curtois(path: Path, run: Run, seconds: float) -> Figure:
    """One instance, beside the best known."""
    number, instance = roster_curtois.number_of(path), roster_curtois.read(path)
    written = roster_curtois.Written(instance)
    plan = race.SMALL if len(instance.nurses) <= SMALL_TEAM else race.LARGE
    outcome = raced(f"curtois {number}", written.model, plan, run, seconds)
    if outcome.values is None or outcome.best is None:
        return Figure(f"curtois_{number}", 0.0, 0.0, f"no roster within {seconds:.0f} s", None, "points")
    cost, broken = roster_curtois.judge(instance, written.roster(outcome.values))
    if broken or cost > outcome.best:
        raise RosterBreaksRules(f"curtois {number}: {cost} and not {outcome.best}, {broken}")
    best = roster_curtois.BEST.get(number)
    beside = f"{'best known' if best else 'bound'}{', ours proved' if outcome.status == 'optimal' else ''}"
    baseline = float(best or outcome.bound or 0)
    return Figure(
        f"curtois_{number}_{seconds:.0f}s", cost, baseline, beside, baseline / cost if cost else None, "points"
    )


@dataclass(frozen=True)
class Team:
    """What a made-up team waits for: its first proposal, and the points and the bound after ten seconds."""

    first: float
    points: int
    bound: int
    broken: int


def team(seed: int, run: Run) -> list[Figure]:
    """One team's rota: seconds until its first proposal, and how far it may be from the best after ten."""
    problem = roster_team.made_up(seed)
    found = asyncio.run(_team(seed, problem, run))
    if found.broken:
        raise RosterBreaksRules(f"team {seed}: {found.broken} breaches")
    gap = 100 * (found.points - found.bound) / found.points
    told = f"first after {found.first:.2f} s, {found.points} ({found.bound}), gap {gap:.1f} %"
    print(f"{time.strftime('%X')} team {seed}: {told}", file=sys.stderr, flush=True)
    return [
        Figure.of_times(f"team_{seed}_first", found.first * 1000, 1000.0, "what a team is let wait"),
        Figure(f"team_{seed}_10s", found.points, found.bound, "bound", found.bound / found.points, "points"),
    ]


async def _team(seed: int, problem: Problem, run: Run) -> Team:
    """Through the proposal of the product."""
    told: list[float] = []

    def tell(progress: Progress) -> None:
        if progress.values is not None:
            told.append(time.monotonic() - begun)
        print(f"  team {seed} {progress.engine} {progress.best} ({progress.bound})", file=sys.stderr)

    async with engine.Warm() as warm:
        await warm.ready()
        begun = time.monotonic()
        asked = Asked(TEAM_SECONDS, run.seed, tell, of_processor=run.of_processor)
        (proposal,) = await propose(problem, asked, others=0)
        return Team(told[0], proposal.score.points, proposal.bound or 0, len(proposal.score.breaches))


def checks(times: int) -> list[Figure]:
    """How long the rules take over a rota of twelve people and 28 days, and over a swap in it: before, after, both."""
    problem = roster_team.made_up(TEAMS[0])
    roster = first_roster(problem, build(problem)[1].cells)
    swapped = _swapped(roster)

    def swap() -> object:
        return difference(score(problem, roster), score(problem, swapped))

    return [
        Figure.of_times("score_of_version_p50", _median_ms(times, lambda: score(problem, roster)), CHECK_MS, ALLOWED),
        Figure.of_times("swap_check_p50", _median_ms(times, swap), CHECK_MS, ALLOWED),
    ]


def _swapped(roster: Roster) -> Roster:
    """The roster with the first two people's whole weeks the other way round."""
    first, second, *others = roster
    return (second[:7] + first[7:], first[:7] + second[7:], *others)


def _median_ms(times: int, act: Callable[[], object]) -> float:
    """Of the processor: nothing is waited for, and the machine may be busy."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        act()
        found.append((time.process_time() - begun) * 1000)
    return statistics.median(found)


def main(
    folder: Annotated[Path | None, typer.Option(help="Where the instances of Curtois and Qu are.")] = None,
    seconds: Annotated[float, typer.Option(help="For each instance.")] = 60,
    only: Annotated[list[int] | None, typer.Option(help="Instances by number.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer instances, within a minute.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
    seed: int = 1,
    of_processor: Annotated[
        bool, typer.Option("--of-processor", help="Count seconds of processor, where the machine is busy.")
    ] = False,
) -> None:
    """Measure how good the rotas are, and how soon."""
    figures, run = [], Run(seconds, quick, seed, of_processor)
    if folder is None:
        print("No --folder: the instances of Curtois and Qu are left out.", file=sys.stderr)
    else:
        for path in sorted(folder.rglob("*.txt"), key=roster_curtois.number_of):
            number = roster_curtois.number_of(path)
            if number and (not only or number in only) and (not quick or number in QUICK):
                figures.append(curtois(path, run, QUICK[number] if quick else seconds))
    if not only:
        figures += checks(20 if quick else 200)
        for each in TEAMS[:1] if quick else TEAMS:
            figures += team(each, run)
    show(figures, as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
