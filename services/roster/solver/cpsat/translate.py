"""A model in the words of CP-SAT."""

from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model

from services.roster.solver.flow import Unrolled, as_flow, as_windows
from services.roster.solver.model import Form, Model, Runs
from services.roster.solver.runs import before, transitions


class Translated:
    """The program of CP-SAT with its variables in the model's order.

    Named assumptions are taken as true; without an objective they can be told apart where nothing fits.
    """

    def __init__(self, model: Model, form: Form, assumed: Sequence[int] | None = None) -> None:
        unrolled = _unrolled(model, form)
        self.program, self._model = cp_model.CpModel(), unrolled.model
        fixed = dict(model.fixed)
        if assumed is None:
            fixed |= {var: 1 for var, _ in model.named}
        self.variables: list[Any] = [self._variable(number, fixed) for number in range(_count(unrolled.model))]
        self._write_rows()
        self._write_clauses()
        for runs in unrolled.model.runs:
            self._write_automaton(runs)
        if assumed is None:
            self._price()
        else:
            self.program.add_assumptions([self.variables[var] for var in assumed])

    def _variable(self, number: int, fixed: dict[int, int]) -> Any:
        low, high = (0, 1) if number < self._model.bools else self._model.ints[number - self._model.bools]
        if number in fixed:
            low = high = fixed[number]
        return self.program.new_int_var(low, high, "")

    def _write_rows(self) -> None:
        for row in self._model.rows:
            total = cp_model.LinearExpr.weighted_sum([self.variables[var] for var in row.vars], row.coefs)
            low = cp_model.INT_MIN if row.low is None else row.low
            high = cp_model.INT_MAX if row.high is None else row.high
            written = self.program.add_linear_constraint(total, low, high)
            if row.only_if is not None:
                written.only_enforce_if(self.variables[row.only_if])

    def _write_clauses(self) -> None:
        for clause in self._model.clauses:
            self.program.add_bool_or(
                [self.variables[one - 1] if one > 0 else self.variables[-one - 1].negated() for one in clause]
            )
        for group in self._model.at_most_one:
            self.program.add_at_most_one([self.variables[var] for var in group])

    def _write_automaton(self, runs: Runs) -> None:
        ways = transitions(runs)
        numbers = {state: number for number, state in enumerate(ways)}
        self.program.add_automaton(
            [self.variables[day] for day in runs.days],
            numbers[before(runs)],
            list(numbers.values()),
            [(numbers[state], int(on), numbers[after]) for state, way in ways.items() for on, after in way.items()],
        )

    def _price(self) -> None:
        model = self._model
        if model.objective:
            priced = [self.variables[var] for var, _ in model.objective]
            total = cp_model.LinearExpr.weighted_sum(priced, [coef for _, coef in model.objective])
            self.program.minimize(total + model.constant)
        for variable, value in zip(self.variables, model.hint or (), strict=False):
            self.program.add_hint(variable, value)


def _unrolled(model: Model, form: Form) -> Unrolled:
    if form == Form.AUTOMATON:
        return Unrolled(model)
    return as_flow(model) if form == Form.FLOW else as_windows(model)


def _count(model: Model) -> int:
    return model.bools + len(model.ints)
