"""Nights and weekend days against each one's share by contracted hours, with what is owed."""

from fractions import Fraction
from math import ceil, floor

from services.roster.domain.rota.board import laid_out
from services.roster.domain.rota.fairness import entitled
from services.roster.domain.rota.pattern import is_weekend
from services.roster.domain.rota.scored import Code
from services.roster.solver.team.grid import Grid


def shares(grid: Grid) -> None:
    """A price for each night and each weekend day more or fewer than the share, rounded to either side."""
    problem = grid.problem
    due = entitled(laid_out(problem, tuple((None,) * problem.days for _ in problem.members)))
    weekend = [day for day in range(problem.days) if is_weekend(problem, day)]
    for who, member in enumerate(problem.members):
        nights = due.nights_of(member)
        if nights is not None:
            _outside(grid, [var for var in grid.at_night[who] if var is not None], nights, Code.NIGHTS_FAIR)
        days = [var for var in (grid.on[who][day] for day in weekend) if var is not None]
        _outside(grid, days, due.weekend_days_of(member), Code.WEEKEND_FAIR)


def _outside(grid: Grid, days: list[int], share: Fraction, code: Code) -> None:
    above = ([(var, 1) for var in days], -ceil(share))
    below = ([(var, -1) for var in days], floor(share))
    grid.draft.cost_of_least([above, below], grid.prices.get(code, 0))
