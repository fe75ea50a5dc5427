"""A process that solves with HiGHS. It never imports OR-Tools: each brings a libhighs, and one process takes one."""

import threading
from typing import Any, Literal

import highspy

from services.roster.solver.child import Say, serve
from services.roster.solver.clock import Clock
from services.roster.solver.found import is_solution, objective, rounded_up
from services.roster.solver.highs.linear import Linear, linear
from services.roster.solver.messages import ANSWER, REQUEST, Answer, Request
from services.roster.solver.model import Model, Outcome, Progress, Settings

ENDED: dict[Any, Literal["optimal", "infeasible"]] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
}

# Beyond this a price says that there is no solution.
FAR = 2.0**52


def answer(asked: Request, say: Say[Answer], stop: threading.Event) -> Answer:
    """The best of HiGHS, told on the way."""
    model, settings = asked.model, asked.settings
    clock, written = Clock(settings), linear(model, settings.form)
    solver, heard = _solver(written, settings), _Heard(model, clock, say)

    def look(event: Any) -> None:
        heard.hear_bound(event.data_out.mip_dual_bound)
        if stop.is_set() or not clock.left():
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)
    solver.cbMipImprovingSolution.subscribe(lambda event: heard.take(event.data_out.mip_solution))
    if model.hint is not None and is_solution(model, model.hint):
        _begin(solver, written)
    solver.run()
    heard.take(solver.getSolution().col_value)
    if heard.misses(solver.getInfo().objective_function_value):
        # Where presolve alone betters the start, HiGHS tells its price and hands back the start: without it, once more.
        solver.clearSolver()
        solver.run()
        heard.take(solver.getSolution().col_value)
    heard.hear_bound(solver.getInfo().mip_dual_bound)
    return Answer(outcome=heard.outcome(ENDED.get(solver.getModelStatus()), settings.seed))


class _Heard:
    """The best roster and the best bound so far; what does not keep to the whole model once rounded is not said."""

    def __init__(self, model: Model, clock: Clock, say: Say[Answer]) -> None:
        self._model, self._clock, self._say = model, clock, say
        self._count = model.bools + len(model.ints)
        self._best: int | None = None
        self._bound: int | None = None
        self._values: tuple[int, ...] | None = None

    def take(self, found: Any) -> None:
        """Keeps the solution with these values of all columns where it is better than all before."""
        values = tuple(round(value) for value in found[: self._count])
        if len(values) < self._count:
            return
        cost = objective(self._model, values)
        if (self._best is None or cost < self._best) and is_solution(self._model, values):
            self._best, self._values = cost, values
            self._tell(values)

    def hear_bound(self, told: float) -> None:
        bound = rounded_up(told)
        if bound is not None and (self._bound is None or bound > self._bound):
            self._bound = bound
            self._tell(None)

    def misses(self, told: float) -> bool:
        """Whether HiGHS tells a better price than that of any values it has handed over."""
        return self._best is not None and abs(told) < FAR and round(told) < self._best

    def outcome(self, ended: Literal["optimal", "infeasible"] | None, seed: int) -> Outcome:
        """How it ended; what is within the gap that was asked for is not called proved for it."""
        is_proved = ended == "optimal" and self._best is not None and self._best == self._bound
        status: Literal["optimal", "feasible", "infeasible", "unknown"] = "feasible"
        if self._values is None:
            status = "infeasible" if ended == "infeasible" else "unknown"
        elif is_proved:
            status = "optimal"
        return Outcome(status, self._best, self._bound, self._values, self._clock.seconds(), seed)

    def _tell(self, values: tuple[int, ...] | None) -> None:
        self._say(Answer(progress=Progress("highs", self._clock.seconds(), self._best, self._bound, values)))


def _solver(written: Linear, settings: Settings) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    options = {
        "threads": settings.workers,
        "random_seed": settings.seed,
        "mip_rel_gap": settings.gap,
        "mip_abs_gap": 0.0,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_program(written))
    return solver


def _program(written: Linear) -> highspy.HighsLp:
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(written.bounds), len(written.rows)
    program.col_cost_ = [float(price) for price in written.prices]
    program.offset_ = float(written.unrolled.model.constant)
    program.col_lower_ = [float(low) for low, _ in written.bounds]
    program.col_upper_ = [float(high) for _, high in written.bounds]
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(written.bounds)
    program.row_lower_ = [-highspy.kHighsInf if row.low is None else float(row.low) for row in written.rows]
    program.row_upper_ = [highspy.kHighsInf if row.high is None else float(row.high) for row in written.rows]
    starts, columns, coefs = [0], list[int](), list[float]()
    for row in written.rows:
        columns += row.vars
        coefs += row.coefs
        starts.append(len(columns))
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = program.num_col_, program.num_row_
    matrix.start_, matrix.index_, matrix.value_ = starts, columns, coefs
    return program


def _begin(solver: highspy.Highs, written: Linear) -> None:
    """Hands HiGHS a roster to go on from."""
    start = highspy.HighsSolution()
    start.col_value = [float(value) for value in written.unrolled.model.hint or ()]
    solver.setSolution(start)


if __name__ == "__main__":
    serve(REQUEST, ANSWER, answer)
