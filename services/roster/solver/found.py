"""What an engine says, looked at once more by what was asked of it."""

import math
from collections.abc import Sequence

from services.roster.solver.model import Model, Row
from services.roster.solver.runs import is_kept

# Bounds come as floating numbers: what is this near a whole number is that number.
NEAR = 1e-6


def objective(model: Model, values: Sequence[int]) -> int:
    """What these values cost."""
    return model.constant + sum(coef * values[var] for var, coef in model.objective)


def is_solution(model: Model, values: Sequence[int]) -> bool:
    """Whether these values of all variables keep to everything that is asked."""
    return (
        all(0 <= value <= 1 for value in values[: model.bools])
        and all(low <= value <= high for value, (low, high) in zip(values[model.bools :], model.ints, strict=True))
        and all(values[var] == value for var, value in model.fixed)
        and all(_holds(row, values) for row in model.rows)
        and all(any((values[abs(one) - 1] == 1) == (one > 0) for one in clause) for clause in model.clauses)
        and all(sum(values[var] for var in group) <= 1 for group in model.at_most_one)
        and all(is_kept(runs, values) for runs in model.runs)
    )


def rounded_up(bound: float) -> int | None:
    """The least whole number that a bound allows, or None where it says nothing."""
    return math.ceil(bound - NEAR * max(1.0, abs(bound))) if abs(bound) < 2**52 else None


def _holds(row: Row, values: Sequence[int]) -> bool:
    if row.only_if is not None and not values[row.only_if]:
        return True
    total = sum(coef * values[var] for var, coef in zip(row.vars, row.coefs, strict=True))
    return (row.low is None or total >= row.low) and (row.high is None or total <= row.high)
