"""The search for a roster: at once with the weekly rest as so many days off, then hour by hour.

Asked for hour by hour it takes an engine longer to have a first good roster, though hardly any of them lacks it.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.scored import Law, Score
from services.roster.solver import race
from services.roster.solver.found import is_solution, objective
from services.roster.solver.model import Model, Outcome, Progress
from services.roster.solver.team.ask import Asked
from services.roster.solver.team.build import Apart, build
from services.roster.solver.team.cover import NOBODY
from services.roster.solver.team.read import Names, read, values_of

# How long at most, in seconds, the rows of those who lack a weekly rest are searched anew.
A_LITTLE = 1.0


@dataclass(frozen=True)
class Found:
    """The best roster, if any, and the bound below which none is."""

    roster: Roster | None
    bound: int | None


async def search(
    problem: Problem,
    asked: Asked,
    *,
    start: Roster,
    is_hint: bool = True,
    apart: tuple[Apart, ...] = (),
    roles_priced: bool = False,
) -> Found:
    """The best roster that the engines find in the seconds asked for, never worse than `start` where that is one.

    With `is_hint` the first engine is shown the start. What processes need to begin is no time of searching.
    """
    # Beside the loop, on which heartbeats, progress and stops wait: a large team's program takes seconds to write.
    loose, strict = await asyncio.to_thread(_written, problem, apart, roles_priced)
    kept = _Kept(problem, asked, strict)
    if kept.take(start) and roles_priced:
        # What keeps every rule was told as soon as it was there; this leaves to be told what lacks a role.
        kept.tell("greedy")
    async with race.Engines():
        looking = _Looking(asked, kept)
        model = replace(loose.model, hint=values_of(loose.names, start)) if is_hint else loose.model
        outcome = await looking.by(race.AT_ONCE, model, asked.seconds, loose.names)
        spent = outcome.seconds
        if outcome.values is not None:
            spent += await looking.mended(read(loose.names, outcome.values))
        if outcome.status != "infeasible" and not kept.is_proved:
            await looking.by(race.ON, kept.hinted(start), asked.seconds - spent, strict.names)
    return kept.found()


@dataclass(frozen=True)
class _Written:
    model: Model
    names: Names


def _written(problem: Problem, apart: tuple[Apart, ...], roles_priced: bool) -> tuple[_Written, _Written]:
    """The program with the weekly rest as so many days off, and hour by hour; a roster of the second is one of both."""
    loose = build(problem, apart=apart, roles_priced=roles_priced, by_hour=False)
    return _Written(*loose), _Written(*build(problem, apart=apart, roles_priced=roles_priced))


class _Kept:
    """The best roster so far that keeps every rule, and the best bound."""

    def __init__(self, problem: Problem, asked: Asked, strict: _Written) -> None:
        self.problem, self._asked, self.strict = problem, asked, strict
        self.bound: int | None = None
        self._values: tuple[int, ...] | None = None
        self._cost: int | None = None

    def hear(self, names: Names, progress: Progress) -> None:
        """Tells of what is better than before; a roster that lacks a rest is not told."""
        roster = None if progress.values is None else read(names, progress.values)
        is_better = roster is not None and self.take(roster)
        if progress.bound is not None and (self.bound is None or progress.bound > self.bound):
            self.bound = progress.bound
        elif not is_better:
            return
        self.tell(progress.engine, progress.seconds, is_better=is_better)

    def tell(self, by: str, seconds: float = 0.0, *, is_better: bool = True) -> None:
        """Says what is best so far, with the roster where it is better than what was told before."""
        values = self._values if is_better else None
        if values is not None:
            self._asked.show(read(self.strict.names, values))
        self._asked.tell(Progress(by, seconds, self._cost, self.bound, values))

    def take(self, roster: Roster) -> bool:
        """Keeps a roster that is better and breaks nothing, and says whether it did."""
        values = values_of(self.strict.names, roster)
        cost = objective(self.strict.model, values)
        if (self._cost is not None and cost >= self._cost) or not is_solution(self.strict.model, values):
            return False
        self._cost, self._values = cost, values
        return True

    @property
    def is_proved(self) -> bool:
        return self._cost is not None and self._cost == self.bound

    def hinted(self, start: Roster) -> Model:
        """The program to go on with from the best so far, or from the start where there is none."""
        return replace(self.strict.model, hint=self._values or values_of(self.strict.names, start))

    def found(self) -> Found:
        if self._values is None:
            return Found(None, self.bound)
        roster = read(self.strict.names, self._values)
        return Found(roster, _of_score(self.bound, self._cost, score(self.problem, roster)))


@dataclass(frozen=True)
class _Looking:
    """Searches by the same processes, one after the other."""

    asked: Asked
    kept: _Kept

    async def by(
        self, plan: race.Plan, model: Model, seconds: float, names: Names, *, is_whole: bool = True
    ) -> Outcome:
        """What a plan finds; of a part of the program no bound is kept."""
        asked, kept = self.asked, self.kept

        def hear(progress: Progress) -> None:
            kept.hear(names, progress if is_whole else replace(progress, bound=None))

        return await race.solve(
            model,
            seconds,
            seed=asked.seed,
            tell=hear,
            stop=asked.stop,
            plan=plan,
            of_processor=asked.of_processor,
            bound=kept.bound if is_whole else None,
        )

    async def mended(self, roster: Roster) -> float:
        """Searches the rows of those who lack a weekly rest, all others stay; tells the seconds that it took."""
        lacking = _lacking(score(self.kept.problem, roster))
        if not lacking:
            return 0.0
        strict = self.kept.strict
        values = values_of(strict.names, roster)
        fixed = {var: values[var] for var in _cells(strict.names, set(range(len(roster))) - lacking)}
        fixed |= dict(strict.model.fixed)
        model = replace(strict.model, fixed=tuple(fixed.items()), hint=values)
        seconds = min(A_LITTLE, self.asked.seconds)
        return (await self.by(race.AT_ONCE, model, seconds, strict.names, is_whole=False)).seconds


def _cells(names: Names, members: Collection[int]) -> list[int]:
    return [var for who in members for cells in names.cells[who] for var in cells.values()]


def _of_score(bound: int | None, cost: int | None, scored: Score) -> int | None:
    """The bound of the score: of rosters that lack as many of a role as this one, whose lack is priced beyond all."""
    lack = 0 if cost is None else (cost - scored.points) // NOBODY * NOBODY
    return None if bound is None or bound < lack else bound - lack


def _lacking(scored: Score) -> set[int]:
    """Who lacks a weekly rest."""
    return {one.member for one in scored.breaches if one.law == Law.WEEKLY_REST and one.member is not None}
