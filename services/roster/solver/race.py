"""Engines in turn and side by side: each goes on from the best before it, until nothing better is to be had.

HiGHS keeps one core busy and no more, so CP-SAT betters the roster on the other while HiGHS nears the bound.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Literal, Self

from services.roster.solver import engine
from services.roster.solver.model import Form, Model, Outcome, Progress, Settings, Tell


@dataclass(frozen=True)
class Turn:
    """How engines look side by side, for their share of the time that is left, and never longer than `most` seconds.

    After `enough` seconds the turn is over with the next news, where the best costs no more than twice the bound.
    """

    engines: tuple[Settings, ...]
    share: float = 1.0
    most: float = float("inf")
    enough: float = float("inf")


Plan = tuple[Turn, ...]

_WINDOWS = Settings("cpsat", Form.WINDOW, 0)
_FLOW = Settings("highs", Form.FLOW, 0, workers=1)
# From the best so far on, with the core that HiGHS leaves.
_NEAR = Settings("cpsat", Form.WINDOW, 0, workers=1, near=True)
# A team of a dozen over four weeks: CP-SAT has a rota at once, and longer where duties are still open after that.
AT_ONCE: Plan = (Turn((_WINDOWS,), most=3.5, enough=1.5),)
# Then HiGHS has the better bound, and CP-SAT the better rota.
ON: Plan = (Turn((_FLOW, _NEAR)),)
TEAM: Plan = (*AT_ONCE, *ON)
# Up to sixteen people with strict runs: automata and flows prove what windows cannot.
SMALL: Plan = (Turn((replace(_WINDOWS, form=Form.AUTOMATON),), 0.3), Turn((_FLOW, _NEAR), 0.7))
# Up to twenty people and three shifts.
LARGE: Plan = (Turn((_WINDOWS,), 0.42), Turn((_FLOW, _NEAR), 0.58))


async def solve(
    model: Model,
    seconds: float,
    *,
    seed: int,
    tell: Tell,
    stop: asyncio.Event,
    plan: Plan = TEAM,
    of_processor: bool = False,
    bound: int | None = None,
) -> Outcome:
    """The best of all turns within so many seconds, or until `stop` is set or it is proved.

    `tell` hears what is better than all before, of any engine; a `bound` may be known already. The outcome's seconds
    are those of searching. Raises `EngineDied` with the best so far.
    """
    best, ends, left = _Best(model, tell, bound), time.monotonic() + seconds, seconds
    async with _OPENED.get() or Engines() as opened:
        for number, turn in enumerate(plan):
            if best.is_over or stop.is_set() or left <= 0:
                break
            share = turn.share / sum(later.share for later in plan[number:])
            most, own = max(0.0, min(turn.most, left * share)), seed * 100 + number
            asked = [replace(one, seconds=most, seed=own, of_processor=of_processor) for one in turn.engines]
            opening = time.monotonic()
            try:
                ready = [await opened.idle(one.engine) for one in asked]
                # What a process needs to begin is no time of searching.
                ends += time.monotonic() - opening
                taken = await _Side(best, stop, turn.enough).search(list(zip(ready, asked, strict=True)))
            except engine.EngineDied as died:
                best.end(died.engine, died.best)
                raise engine.EngineDied(died.engine, best.outcome(seed, seconds - left)) from died
            left = left - taken if of_processor else ends - time.monotonic()
    return best.outcome(seed, seconds - left)


class Engines:
    """A process of each engine, for all searches of this context; one that owes its last word is replaced."""

    def __init__(self) -> None:
        self._stack, self._engines, self._entered = AsyncExitStack(), dict[str, engine.Engine](), 0

    async def __aenter__(self) -> Self:
        if not self._entered:
            self._token = _OPENED.set(self)
        self._entered += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self._entered -= 1
        if not self._entered:
            _OPENED.reset(self._token)
            self._engines.clear()
            await self._stack.aclose()

    async def idle(self, name: str) -> engine.Engine:
        known = self._engines.get(name)
        if known is None or not known.is_idle:
            if known is not None:
                await known.end()
            self._engines[name] = await self._stack.enter_async_context(engine.opened(name))
        return self._engines[name]


_OPENED: ContextVar[Engines | None] = ContextVar("_OPENED", default=None)


class _Side:
    """Searches side by side. All end once one has died, nothing better is to be had or `stop` is set."""

    def __init__(self, best: "_Best", stop: asyncio.Event, enough: float) -> None:
        self._best, self._stop, self._enough = best, stop, enough
        self._over = asyncio.Event()

    async def search(self, asked: Sequence[tuple[engine.Engine, Settings]]) -> float:
        """The seconds of the longest search."""
        model = self._best.hinted()
        tasks = [asyncio.create_task(self._one(opened, model, settings)) for opened, settings in asked]
        passing = asyncio.create_task(self._pass_on())
        try:
            return max(await asyncio.gather(*tasks))
        finally:
            for task in (passing, *tasks):
                task.cancel()

    async def _one(self, opened: engine.Engine, model: Model, settings: Settings) -> float:
        outcome = await engine.search(opened, model, settings, tell=self._hear, stop=self._over)
        self._best.end(settings.engine, outcome)
        if self._best.is_over:
            self._over.set()
        return outcome.seconds

    def _hear(self, progress: Progress) -> None:
        self._best.hear(progress)
        if self._best.is_over or (progress.seconds >= self._enough and self._best.is_fair):
            self._over.set()

    async def _pass_on(self) -> None:
        await self._stop.wait()
        self._over.set()


class _Best:
    """The best and the bound of all turns so far."""

    def __init__(self, model: Model, tell: Tell, bound: int | None) -> None:
        self._model, self._tell, self._begun = model, tell, time.monotonic()
        self._best: int | None = None
        self._bound = bound
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
        seconds = time.monotonic() - self._begun
        self._tell(Progress(progress.engine, seconds, self._best, self._bound, values))

    def end(self, engine_name: str, outcome: Outcome) -> None:
        """Takes what an engine said last."""
        self.hear(Progress(engine_name, 0.0, outcome.best, outcome.bound, outcome.values))
        self._clash = outcome.clash or self._clash
        self._fits = self._fits and (outcome.status != "infeasible" or self._best is not None)

    @property
    def is_over(self) -> bool:
        """Whether nothing fits, or nothing better is to be had."""
        return not self._fits or self._is_within(0)

    @property
    def is_fair(self) -> bool:
        """Whether the best costs no more than twice the bound."""
        return self._is_within(0.5)

    def hinted(self) -> Model:
        return self._model if self._values is None else replace(self._model, hint=self._values)

    def outcome(self, seed: int, seconds: float) -> Outcome:
        status: Literal["optimal", "feasible", "infeasible", "unknown"] = "unknown"
        if not self._fits:
            status = "infeasible"
        elif self._best is not None:
            status = "optimal" if self._is_within(0) else "feasible"
        return Outcome(status, self._best, self._bound, self._values, seconds, seed, self._clash)

    def _is_within(self, gap: float) -> bool:
        if self._best is None or self._bound is None:
            return False
        return self._best - self._bound <= gap * max(1, abs(self._best))
