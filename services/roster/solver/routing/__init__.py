"""Rounds by OR-Tools routing, and the race of it with the annealer in two processes."""

import time
from collections.abc import Callable

from services.roster.domain.rounds.day import Day, Plan


def solve_here(
    day: Day,
    seconds: float,
    *,
    start: Plan | None = None,
    tell: Callable[[Plan], None] = lambda plan: None,
    is_stopped: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """The best plan that OR-Tools finds in this process within so many seconds of `clock`, as the decoder times it.

    Windows are hard: what fits into none is unserved. Where it finds no plan, `start` is returned, or the plan of the
    cheapest insertions. `tell` hears each better plan.
    """
    # Only the child that solves pays for this import.
    from services.roster.solver.routing.search import search

    return search(day, seconds, start=start, tell=tell, is_stopped=is_stopped, clock=clock)
