"""The search for a roster: first with the weekly rest as so many days off, then hour by hour where that was too little.

Asked for hour by hour of everybody it takes most of an engine's time, though hardly any roster ever lacks it.
"""

import asyncio
import time
from dataclasses import dataclass, replace

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.scored import Law, Score
from services.roster.solver.team.ask import Asked, best
from services.roster.solver.team.build import Apart, build
from services.roster.solver.team.cover import NOBODY
from services.roster.solver.team.read import read, values_of

# However late it is, in seconds, for a search that has to be made once more.
A_LITTLE = 1.5


@dataclass(frozen=True)
class Found:
    """The best roster, if any, and the bound below which none is."""

    roster: Roster | None
    bound: int | None


async def search(
    problem: Problem,
    asked: Asked,
    *,
    hint: Roster | None = None,
    apart: tuple[Apart, ...] = (),
    roles_priced: bool = False,
) -> Found:
    """The best roster that the engines find in the seconds asked for."""
    ends, at_risk, bound = time.monotonic() + asked.seconds, set[tuple[int, int]](), None
    while True:
        # Beside the loop, on which heartbeats, progress and stops wait: a large team's program takes seconds to write.
        model, names = await asyncio.to_thread(
            build, problem, apart=apart, roles_priced=roles_priced, at_risk=frozenset(at_risk)
        )
        if hint is not None:
            model = replace(model, hint=values_of(names, hint))
        seconds = max(min(A_LITTLE, asked.seconds), ends - time.monotonic())
        outcome = await best(model, replace(asked.reading(names), seconds=seconds))
        if outcome.bound is not None:
            bound = max(outcome.bound, outcome.bound if bound is None else bound)
        if outcome.values is None:
            return Found(None, bound)
        hint = read(names, outcome.values)
        scored = score(problem, hint)
        lacking = _lacking(scored)
        if lacking <= at_risk:
            return Found(hint, _of_score(bound, outcome.best, scored))
        at_risk |= lacking


def _of_score(bound: int | None, cost: int | None, scored: Score) -> int | None:
    """The bound of the score: of rosters that lack as many of a role as this one, whose lack is priced beyond all."""
    lack = 0 if cost is None else (cost - scored.points) // NOBODY * NOBODY
    return None if bound is None or bound < lack else bound - lack


def _lacking(scored: Score) -> set[tuple[int, int]]:
    """Who lacks a weekly rest, and on which days."""
    lacking = (one for one in scored.breaches if one.law == Law.WEEKLY_REST and one.member is not None)
    return {(one.member, day) for one in lacking if one.member is not None for day in one.days}
