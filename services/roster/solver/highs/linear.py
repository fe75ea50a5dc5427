"""A model as columns and rows alone, the only words that HiGHS has."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.roster.solver.flow import Unrolled, as_flow, as_windows
from services.roster.solver.model import Form, Model, Row


@dataclass(frozen=True)
class Linear:
    """Bounds and prices of the columns, and rows of which none depends on another variable."""

    unrolled: Unrolled
    bounds: tuple[tuple[int, int], ...]
    prices: tuple[int, ...]
    rows: tuple[Row, ...]


def linear(model: Model, form: Form) -> Linear:
    """The same model; an automaton becomes a flow, and named assumptions are taken as true."""
    unrolled = as_windows(model) if form == Form.WINDOW else as_flow(model)
    asked = unrolled.model
    bounds = [(0, 1)] * asked.bools + list(asked.ints)
    for var, value in (*asked.fixed, *((var, 1) for var, _ in asked.named)):
        bounds[var] = (value, value)
    prices = [0] * len(bounds)
    for var, coef in asked.objective:
        prices[var] += coef
    return Linear(unrolled, tuple(bounds), tuple(prices), tuple(_rows(asked, bounds)))


def _rows(model: Model, bounds: list[tuple[int, int]]) -> Iterator[Row]:
    for row in model.rows:
        yield from [row] if row.only_if is None else _whenever(row, row.only_if, bounds)
    for clause in model.clauses:
        contrary = sum(1 for one in clause if one < 0)
        yield Row(
            tuple(abs(one) - 1 for one in clause), tuple(1 if one > 0 else -1 for one in clause), 1 - contrary, None
        )
    for group in model.at_most_one:
        yield Row(group, (1,) * len(group), None, 1)


def _whenever(row: Row, condition: int, bounds: list[tuple[int, int]]) -> Iterator[Row]:
    """A row that says nothing while its condition is 0: by as much slack as its variables can need."""
    ends = [
        sorted((coef * bounds[var][0], coef * bounds[var][1])) for var, coef in zip(row.vars, row.coefs, strict=True)
    ]
    least, most = sum(low for low, _ in ends), sum(high for _, high in ends)
    if row.low is not None and row.low > least:
        yield Row((*row.vars, condition), (*row.coefs, least - row.low), least, None)
    if row.high is not None and row.high < most:
        yield Row((*row.vars, condition), (*row.coefs, most - row.high), None, most)
