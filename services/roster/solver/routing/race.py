"""Two processes that search one day's rounds and hand each other the better plan after each lap."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from services.roster.domain.rounds.day import Day, Plan
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.child import Child, ChildDied
from services.roster.solver.routing.messages import ANSWER, REQUEST, Answer, Request

Searcher = Child[Request, Answer]


class RoundsSolverDied(Exception):
    """A child of the race ended before it answered. What was best until then is in `best`."""

    def __init__(self, best: Plan | None) -> None:
        super().__init__("a process that searched the rounds has died")
        self.best = best


@dataclass(frozen=True)
class Leg:
    """What one process does in a lap: a share of it routing, then annealing between these heats.

    `fresh` begins from nothing and not from the best plan so far.
    """

    routing: float = 0.0
    hot: float = 40.0
    cold: float = 0.3
    fresh: bool = False


@dataclass(frozen=True)
class Lap:
    """A share of the time, and what each process does in it."""

    share: float
    legs: tuple[Leg, ...]


# Hard windows suit the routing: in one process the annealer goes on from its plan, in the other from nothing.
TEAM = (
    Lap(0.7, (Leg(routing=0.3, hot=20.0, fresh=True), Leg(fresh=True))),
    Lap(0.3, (Leg(hot=4.0), Leg(hot=2.0))),
)
# Where lateness is the rule the annealer alone has a plan at all.
LATE = (
    Lap(0.45, (Leg(hot=60.0, cold=0.5, fresh=True), Leg(hot=60.0, cold=0.5, fresh=True))),
    Lap(0.35, (Leg(hot=15.0), Leg(hot=60.0, cold=0.5, fresh=True))),
    Lap(0.20, (Leg(hot=5.0), Leg(hot=8.0))),
)


async def race_day(
    day: Day,
    seconds: float,
    *,
    seed: int,
    tell: Callable[[Plan], None] = lambda plan: None,
    stop: asyncio.Event | None = None,
    start: Plan | None = None,
    laps: Sequence[Lap] = TEAM,
    of_processor: bool = False,
) -> Plan:
    """The best plan of both processes within so many seconds, or until `stop` is set.

    On a machine that is busy with other things seconds `of_processor`, in each process, say more of the search.
    `tell` hears each better plan. Raises `RoundsSolverDied` with the best plan so far where a process dies.
    """
    begun, total = time.time(), sum(lap.share for lap in laps)
    stop, spent = stop or asyncio.Event(), 0.0
    async with AsyncExitStack() as stack:
        children, judge = await _opened(stack, len(laps[0].legs), start), _Judge(day, start, tell)
        for number, lap in enumerate(laps):
            spent += lap.share / total
            until = None if of_processor else begun + seconds * spent
            if number and (stop.is_set() or (until is not None and until <= time.time())):
                break
            asked = [
                Request(
                    day=day,
                    seconds=seconds * lap.share / total,
                    until=until,
                    seed=seed * 100 + number * len(lap.legs) + place,
                    start=None if leg.fresh else judge.best,
                    routing=leg.routing,
                    hot=leg.hot,
                    cold=leg.cold,
                )
                for place, leg in enumerate(lap.legs)
            ]
            await _lap(children, asked, judge, stop)
    return judge.best or Plan((), tuple(range(len(day.calls))))


async def _opened(stack: AsyncExitStack, count: int, start: Plan | None) -> Sequence[Searcher]:
    """The processes of the race, until the stack is left."""
    children = [Child("services.roster.solver.routing", REQUEST, ANSWER) for _ in range(count)]
    try:
        await asyncio.gather(*(stack.enter_async_context(child) for child in children))
    except ChildDied as died:
        raise RoundsSolverDied(start) from died
    return children


class _Judge:
    """Keeps the best plan by the referee, and tells of each better one."""

    def __init__(self, day: Day, best: Plan | None, tell: Callable[[Plan], None]) -> None:
        self._day, self.best, self._tell = day, best, tell

    def hear(self, plan: Plan) -> None:
        if self.best is None or evaluate(self._day, plan).total < evaluate(self._day, self.best).total:
            self.best = plan
            self._tell(plan)


async def _lap(children: Sequence[Searcher], asked: Sequence[Request], judge: _Judge, stop: asyncio.Event) -> None:
    """Runs one search in each child until all have answered; whoever stops the race stops them all."""

    async def stopper() -> None:
        await stop.wait()
        for child in children:
            child.stop()

    for child, request in zip(children, asked, strict=True):
        child.ask(request)
    waiting = asyncio.create_task(stopper())
    try:
        async with asyncio.TaskGroup() as group:
            for child in children:
                group.create_task(_listen(child, judge))
    except* RoundsSolverDied as died:
        raise RoundsSolverDied(judge.best) from died
    finally:
        waiting.cancel()


async def _listen(child: Searcher, judge: _Judge) -> None:
    """Hands all plans of the search to the judge. Raises `RoundsSolverDied` where the last does not come."""
    try:
        async for answer in child.answers():
            judge.hear(answer.plan)
    except ChildDied as died:
        raise RoundsSolverDied(judge.best) from died
