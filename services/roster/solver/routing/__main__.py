"""A process that searches rounds."""

import threading
import time
from collections.abc import Callable

from services.roster.domain.rounds.day import Plan
from services.roster.solver.annealing import anneal
from services.roster.solver.child import Say, serve
from services.roster.solver.routing import solve_here
from services.roster.solver.routing.messages import ANSWER, REQUEST, Answer, Request


def answer(asked: Request, say: Say[Answer], stop: threading.Event) -> Answer:
    """The best plan of the search, told on the way."""
    return Answer(_search(asked, lambda plan: say(Answer(plan)), stop), is_last=True)


def _search(asked: Request, tell: Callable[[Plan], None], stop: threading.Event) -> Plan:
    ticks = time.process_time if asked.until is None else time.monotonic
    ends = ticks() + (asked.seconds if asked.until is None else max(0.0, asked.until - time.time()))

    def clock() -> float:
        return float("inf") if stop.is_set() else ticks()

    start, routing = asked.start, (ends - ticks()) * asked.routing
    if routing > 0:
        start = solve_here(asked.day, routing, start=start, tell=tell, is_stopped=stop.is_set, clock=ticks)
        if asked.routing == 1:
            return start
    return anneal(
        asked.day,
        max(0.0, ends - ticks()),
        seed=asked.seed,
        clock=clock,
        start=start,
        hot=asked.hot,
        cold=asked.cold,
        tell=tell,
    )


if __name__ == "__main__":
    serve(REQUEST, ANSWER, answer)
