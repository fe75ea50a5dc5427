"""Two or three rosters for a team to choose from, each with what it costs and how much could still be gained."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.scored import Code, Law, Score
from services.roster.solver.found import is_solution
from services.roster.solver.model import Progress
from services.roster.solver.team.ask import Asked
from services.roster.solver.team.build import Apart, build
from services.roster.solver.team.clash import clash
from services.roster.solver.team.greedy import first_roster
from services.roster.solver.team.read import Gap, Names, gaps, values_of
from services.roster.solver.team.search import search

# Of the duties of the proposals before, at most so many of a hundred are the same in another.
MOST_ALIKE = 85
# Another proposal is looked for in this part of the time of the first, and no shorter than this.
OF_ANOTHER, LEAST_SECONDS = 0.25, 2.0
SECONDS_OF_CLASH = 3.0
Prices = Mapping[Code, int]
KINDER_WEEKENDS: Prices = {Code.WEEKEND_FAIR: 3, Code.SPLIT_WEEKEND: 3}
MORE_WISHES: Prices = {Code.WANTED: 2, Code.UNWANTED: 2}
FEWER_CHANGES: Prices = {Code.CHANGE: 3}


@dataclass(frozen=True)
class Proposal:
    """A roster that breaks no rule that anybody could keep, scored by the team's own prices.

    Nothing costs less than `bound`, where that is known. `gaps` is what stays open; `clash` names what cannot all hold
    where a duty lacks the role that it needs, with {0} for the first member.
    """

    roster: Roster
    score: Score
    bound: int | None
    seconds: float
    seed: int
    label: str
    gaps: tuple[Gap, ...] = ()
    clash: tuple[str, ...] = ()

    @property
    def could_be_gained(self) -> int | None:
        return None if self.bound is None else max(0, self.score.points - self.bound)

    @property
    def words(self) -> str:
        """How sure it is that nothing better is there."""
        if self.could_be_gained is None:
            return "How much could still be gained is not known."
        if not self.could_be_gained:
            return "Nothing better is possible with these rules and prices."
        return f"At most {self.could_be_gained} points could still be gained."


async def propose(problem: Problem, asked: Asked, *, others: int = 2) -> tuple[Proposal, ...]:
    """The best by the team's prices, then others by prices of another mind, each clearly different from those before.

    The first takes the seconds asked for and each other a quarter of them; a first roster is told at once, and is the
    proposal where nothing better is found. Raises `AmbiguousClock`, `UnknownDuty` or `EngineDied`.
    """
    found = [await _first(problem, asked)]
    ways = (("kinder weekends", KINDER_WEEKENDS), _second_way(problem))
    for label, prices in ways[:others]:
        if not asked.stop.is_set():
            found += await _another(problem, asked, label, prices, tuple(found))
    return tuple(found)


def _second_way(problem: Problem) -> tuple[str, Prices]:
    return ("more wishes", MORE_WISHES) if problem.base is None else ("fewer changes", FEWER_CHANGES)


async def _first(problem: Problem, asked: Asked) -> Proposal:
    began = time.monotonic()
    at_hand, is_lawful = await greeted(problem, asked)
    # Where even the first roster has somebody for each role, all others shall. It is no hint then: CP-SAT finds better
    # ones sooner without, and stays near to this one for long.
    found = await search(problem, asked, start=at_hand, is_hint=not is_lawful, roles_priced=not is_lawful)
    roster = at_hand if found.roster is None else found.roster
    return await proposal(problem, roster, found.bound, asked, "by your prices", began)


async def greeted(problem: Problem, asked: Asked) -> tuple[Roster, bool]:
    """A first roster at once, which is told where it keeps every rule, and whether it does."""
    began = time.monotonic()
    names, at_hand, values, is_lawful = await asyncio.to_thread(_at_hand, problem)
    if is_lawful:
        points = score(problem, at_hand).points
        asked.reading(names).tell(Progress("greedy", time.monotonic() - began, points, None, values))
    return at_hand, is_lawful


def _at_hand(problem: Problem) -> tuple[Names, Roster, tuple[int, ...], bool]:
    """A roster made by hand, as values of the program too, and whether it keeps every rule."""
    model, names = build(problem)
    at_hand = first_roster(problem, names.cells)
    values = values_of(names, at_hand)
    return names, at_hand, values, is_solution(model, values)


async def proposal(
    problem: Problem, roster: Roster, bound: int | None, asked: Asked, label: str, began: float
) -> Proposal:
    """A roster with its score; the bound of the program is that of the score where both have the same prices."""
    scored = score(problem, roster)
    lacks_role = any(breach.law == Law.ROLE_ON_DUTY for breach in scored.breaches)
    phrases = await clash(problem, replace(asked, seconds=SECONDS_OF_CLASH)) if lacks_role else ()
    return Proposal(
        roster=roster,
        score=scored,
        bound=None if bound is None else min(bound, scored.points),
        seconds=time.monotonic() - began,
        seed=asked.seed,
        label=label,
        gaps=gaps(problem, roster),
        clash=phrases,
    )


async def _another(
    problem: Problem, asked: Asked, label: str, prices: Prices, before: tuple[Proposal, ...]
) -> list[Proposal]:
    """A roster by other prices that differs from those before, or none where none is found in time."""
    began, first = time.monotonic(), before[0]
    own = problem.rules.prices
    changed = {**own, **{code.value: own.get(code.value, 0) * times for code, times in prices.items()}}
    other = replace(problem, rules=replace(problem.rules, prices=changed))
    apart = tuple(Apart(one.roster, MOST_ALIKE) for one in before)
    seconds = max(asked.seconds * OF_ANOTHER, LEAST_SECONDS)
    quiet = Asked(seconds=seconds, seed=asked.seed, stop=asked.stop, of_processor=asked.of_processor)
    another = await search(other, quiet, start=first.roster, apart=apart, roles_priced=bool(first.clash))
    if another.roster is None:
        return []
    roster = another.roster
    found = Proposal(
        roster=roster,
        score=score(problem, roster),
        bound=first.bound,
        seconds=time.monotonic() - began,
        seed=asked.seed,
        label=label,
        gaps=gaps(problem, roster),
        clash=first.clash,
    )
    return [found]
