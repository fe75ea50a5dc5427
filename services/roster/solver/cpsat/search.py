"""The search of CP-SAT, ended by proof, by its gap, by its time or by whoever asks."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from ortools.sat.python import cp_model

from services.roster.solver.clock import Clock
from services.roster.solver.cpsat.translate import Translated
from services.roster.solver.found import objective, rounded_up
from services.roster.solver.model import Model, Outcome, Progress, Settings, Tell

# How often it is looked whether the search shall end.
LOOKS = 0.05


def search(model: Model, settings: Settings, tell: Tell, is_stopped: Callable[[], bool]) -> Outcome:
    """See `solve_here`."""
    clock = Clock(settings)
    translated = Translated(model, settings.form)
    heard = _Heard(model, translated.variables[: model.bools + len(model.ints)], clock, tell)
    status = _solve(translated.program, heard, settings, clock, is_stopped)
    clash: tuple[str, ...] = ()
    if status == cp_model.INFEASIBLE:
        clash = _clash(model, settings, clock, is_stopped)
    has_ended = {cp_model.OPTIMAL: "optimal", cp_model.INFEASIBLE: "infeasible"}
    ended: Any = has_ended.get(status, "unknown" if heard.values is None else "feasible")
    bound = heard.best if status == cp_model.OPTIMAL else heard.bound
    return Outcome(ended, heard.best, bound, heard.values, clock.seconds(), settings.seed, clash)


class _Heard(cp_model.CpSolverSolutionCallback):
    """The best roster and the best bound so far, told as they come."""

    def __init__(self, model: Model, variables: Sequence[Any], clock: Clock, tell: Tell) -> None:
        super().__init__()
        self._model, self._variables, self._clock, self._tell = model, variables, clock, tell
        self._lock = threading.Lock()
        self.best: int | None = None
        self.bound: int | None = None
        self.values: tuple[int, ...] | None = None

    def on_solution_callback(self) -> None:
        """Called by the search with each better solution."""
        self.take(self.value)
        self.hear_bound(self.best_objective_bound)

    def take(self, value: Callable[[Any], int]) -> None:
        """Keeps the solution with these values of its variables where it is better than all before."""
        values = tuple(value(variable) for variable in self._variables)
        cost = objective(self._model, values)
        with self._lock:
            if self.best is None or cost < self.best:
                self.best, self.values = cost, values
                self._say(values)

    def hear_bound(self, told: float) -> None:
        """Called by the search with each better bound."""
        bound = rounded_up(told)
        with self._lock:
            if bound is not None and (self.bound is None or bound > self.bound):
                self.bound = bound
                self._say(None)

    def _say(self, values: tuple[int, ...] | None) -> None:
        self._tell(Progress("cpsat", self._clock.seconds(), self.best, self.bound, values))


def _solve(program: Any, heard: _Heard, settings: Settings, clock: Clock, is_stopped: Callable[[], bool]) -> Any:
    solver, over = cp_model.CpSolver(), threading.Event()
    _set(solver.parameters, settings)
    solver.best_bound_callback = heard.hear_bound
    watch = threading.Thread(target=_end, args=(solver, over, clock, is_stopped), daemon=True)
    watch.start()
    try:
        status = solver.solve(program, heard)
    finally:
        over.set()
        watch.join()
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        # Presolve may have found the last without a callback.
        heard.take(solver.value)
        heard.hear_bound(solver.best_objective_bound)
    return status


def _set(parameters: Any, settings: Settings) -> None:
    parameters.num_workers = settings.workers
    parameters.random_seed = settings.seed
    parameters.linearization_level = settings.linearization_level
    parameters.relative_gap_limit = settings.gap
    if settings.near:
        # Half of the time that a small model takes, for nothing that it needs.
        parameters.cp_model_probing_level = parameters.symmetry_level = 0
    if settings.workers > 1 and settings.subsolvers:
        parameters.subsolvers.extend(settings.subsolvers)
    if settings.deterministic_seconds is not None:
        parameters.max_deterministic_time = settings.deterministic_seconds


def _end(solver: Any, over: threading.Event, clock: Clock, is_stopped: Callable[[], bool]) -> None:
    while not over.wait(LOOKS):
        if is_stopped() or not clock.left():
            solver.stop_search()


def _clash(model: Model, settings: Settings, clock: Clock, is_stopped: Callable[[], bool]) -> tuple[str, ...]:
    """Assumptions that cannot all hold; one after the other is left out where the rest clash without it."""
    words, left = dict(model.named), _core(model, settings, tuple(var for var, _ in model.named), clock)
    for var in left:
        if is_stopped() or not clock.left():
            break
        if smaller := _core(model, settings, tuple(one for one in left if one != var), clock):
            left = smaller
    return tuple(words[var] for var in left)


def _core(model: Model, settings: Settings, assumed: Sequence[int], clock: Clock) -> tuple[int, ...]:
    """The assumptions that the search needed to see that nothing fits; none where something does, or may."""
    if not assumed:
        return ()
    translated, solver = Translated(model, settings.form, assumed), cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, settings.seed
    solver.parameters.max_time_in_seconds = max(0.5, clock.left())
    if solver.solve(translated.program) != cp_model.INFEASIBLE:
        return ()
    numbers = {variable.index: var for var, variable in enumerate(translated.variables)}
    return tuple(numbers[index] for index in solver.sufficient_assumptions_for_infeasibility())
