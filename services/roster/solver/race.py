"""Engines in turn: each goes on from the best that those before it found, until one has proved that nothing is better.

One after the other and not side by side: on two cores two engines took each other's time and found nothing sooner.
"""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Literal

from services.roster.solver import engine
from services.roster.solver.model import Form, Model, Outcome, Progress, Settings, Tell


@dataclass(frozen=True)
class Turn:
    """How one engine looks, for its share of the time that is left, and never longer than `most` seconds."""

    settings: Settings
    share: float = 1.0
    most: float = float("inf")


Plan = tuple[Turn, ...]

_WINDOWS = Settings("cpsat", Form.WINDOW, 0)
_FLOW = Settings("highs", Form.FLOW, 0)
# A team of a dozen over four weeks: CP-SAT has a rota at once, HiGHS the better one and the better bound from then on.
TEAM: Plan = (Turn(_WINDOWS, most=1.5), Turn(_FLOW))
# Up to sixteen people with strict runs: automata and flows prove what windows cannot.
SMALL: Plan = (Turn(replace(_WINDOWS, form=Form.AUTOMATON), 0.3), Turn(_FLOW, 0.7))
# Up to twenty people and three shifts.
LARGE: Plan = (Turn(_WINDOWS, 0.42), Turn(_FLOW, 0.33), Turn(_WINDOWS, 0.25))


async def solve(
    model: Model,
    seconds: float,
    *,
    seed: int,
    tell: Tell,
    stop: asyncio.Event,
    plan: Plan = TEAM,
    gap: float = 0.0,
    of_processor: bool = False,
) -> Outcome:
    """The best of all turns within so many seconds, or until `stop` is set or it is proved to be within `gap`.

    `tell` hears what is better than all before, of any engine. Raises `EngineDied` with the best so far.
    """
    best, ends, left = _Best(model, tell, gap), time.monotonic() + seconds, seconds
    for number, turn in enumerate(plan):
        if best.is_over or stop.is_set() or left <= 0:
            break
        share = turn.share / sum(later.share for later in plan[number:])
        settings = replace(turn.settings, seed=seed * 100 + number, gap=gap, of_processor=of_processor)
        opening = time.monotonic()
        try:
            async with engine.opened(settings.engine) as opened:
                # What a process needs to begin is no time of searching.
                ends += time.monotonic() - opening
                settings = replace(settings, seconds=max(0.0, min(turn.most, left * share)))
                outcome = await engine.search(opened, best.hinted(), settings, tell=best.hear, stop=stop)
        except engine.EngineDied as died:
            best.end(settings.engine, died.best)
            raise engine.EngineDied(settings.engine, best.outcome(seed)) from died
        best.end(settings.engine, outcome)
        left = left - outcome.seconds if of_processor else ends - time.monotonic()
    return best.outcome(seed)


class _Best:
    """The best and the bound of all turns so far."""

    def __init__(self, model: Model, tell: Tell, gap: float) -> None:
        self._model, self._tell, self._gap, self._begun = model, tell, gap, time.monotonic()
        self._best: int | None = None
        self._bound: int | None = None
        self._values: tuple[int, ...] | None = None
        self._clash: tuple[str, ...] = ()
        self._fits = True

    def hear(self, progress: Progress) -> None:
        """Tells of what is better than all before, or of a bound that is nearer."""
        cost, is_better = progress.best, False
        if progress.values is not None and cost is not None and (self._best is None or cost < self._best):
            self._best, self._values, is_better = cost, progress.values, True
        if progress.bound is not None and (self._bound is None or progress.bound > self._bound):
            self._bound = progress.bound
        elif not is_better:
            return
        values = self._values if is_better else None
        self._tell(Progress(progress.engine, self._seconds(), self._best, self._bound, values))

    def end(self, engine_name: str, outcome: Outcome) -> None:
        """Takes what an engine said last."""
        self.hear(Progress(engine_name, 0.0, outcome.best, outcome.bound, outcome.values))
        self._clash = outcome.clash
        self._fits = outcome.status != "infeasible" or self._best is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing fits, or nothing better is to be had."""
        return not self._fits or self._is_within(self._gap)

    def hinted(self) -> Model:
        return self._model if self._values is None else replace(self._model, hint=self._values)

    def outcome(self, seed: int) -> Outcome:
        status: Literal["optimal", "feasible", "infeasible", "unknown"] = "unknown"
        if not self._fits:
            status = "infeasible"
        elif self._best is not None:
            status = "optimal" if self._is_within(0) else "feasible"
        return Outcome(status, self._best, self._bound, self._values, self._seconds(), seed, self._clash)

    def _is_within(self, gap: float) -> bool:
        if self._best is None or self._bound is None:
            return False
        return self._best - self._bound <= gap * max(1, abs(self._best))

    def _seconds(self) -> float:
        return time.monotonic() - self._begun
