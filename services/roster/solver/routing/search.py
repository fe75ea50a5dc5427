"""The search of OR-Tools over one day, ended by its time, by whoever asks, or by having nothing to do."""

from collections.abc import Callable
from typing import Any

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic

from services.roster.domain.rounds.day import Day, Plan
from services.roster.domain.rounds.decode import decode
from services.roster.domain.rounds.draft import draft_of
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing import anneal
from services.roster.solver.routing.model import RoutingDay


def search(
    day: Day,
    seconds: float,
    *,
    start: Plan | None,
    tell: Callable[[Plan], None],
    is_stopped: Callable[[], bool],
    clock: Callable[[], float],
) -> Plan:
    """The best plan by the referee of all that OR-Tools comes upon; see `solve_here`."""
    begun = clock()
    best = _Best(day, anneal(day, 0, seed=1, clock=clock, start=start), tell)
    if not day.nurses or not day.calls:
        return best.plan
    model = RoutingDay(day)
    routing = model.routing

    def is_over() -> bool:
        over = clock() - begun > seconds or is_stopped()
        if over:
            # Before its first plan the search goes on when this limit alone is reached.
            routing.CancelSearch()
        return over

    routing.AddSearchMonitor(routing.solver().CustomLimit(is_over))
    routing.AddAtSolutionCallback(lambda: best.hear(model.plan()))
    parameters = _parameters()
    routing.CloseModelWithParameters(parameters)
    first = routing.ReadAssignmentFromRoutes(model.routes(best.plan), True) if start is not None else None
    if first is None:
        routing.SolveWithParameters(parameters)
    else:
        routing.SolveFromAssignmentWithParameters(first, parameters)
    return best.plan


class _Best:
    """The best plan so far, as the decoder times it and the referee prices it."""

    def __init__(self, day: Day, plan: Plan, tell: Callable[[Plan], None]) -> None:
        self._day, self.plan, self._tell = day, plan, tell
        self._total = evaluate(day, plan).total

    def hear(self, found: Plan) -> None:
        """Looks at a plan that the search has come upon."""
        draft = draft_of(self._day, found)
        plan = decode(self._day, draft.order, draft.crews, draft.rests)
        total = evaluate(self._day, plan).total
        if total < self._total:
            self.plan, self._total = plan, total
            self._tell(plan)


def _parameters() -> Any:
    """Parallel cheapest insertion found a first plan of the rural day where the cheapest arc found none."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    return parameters
