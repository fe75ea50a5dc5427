"""What people would like, and what they had before: prices on single cells."""

from services.roster.domain.rota.problem import Roster, Wish
from services.roster.domain.rota.scored import Code
from services.roster.solver.team.grid import Grid


def wanted(grid: Grid) -> None:
    """A price for each wish that is not given, and for each duty that somebody would rather not have."""
    not_given, given = grid.prices.get(Code.WANTED, 0), grid.prices.get(Code.UNWANTED, 0)
    for who, member in enumerate(grid.problem.members):
        for wish in member.wanted:
            if 0 <= wish.day < grid.problem.days:
                grid.draft.constant += not_given * wish.weight
                _price(grid, who, wish, -not_given * wish.weight)
        for wish in member.unwanted:
            if 0 <= wish.day < grid.problem.days:
                _price(grid, who, wish, given * wish.weight)


def _price(grid: Grid, who: int, wish: Wish, points: int) -> None:
    cells = grid.cells[who][wish.day]
    for code, var in cells.items():
        if wish.code in (None, code):
            grid.draft.cost(var, points)


def change(grid: Grid) -> None:
    """A price for each day that differs from the roster that this one keeps near to."""
    if grid.problem.base is not None:
        near(grid, grid.problem.base, grid.prices.get(Code.CHANGE, 0))


def near(grid: Grid, base: Roster, points: int) -> None:
    """The same price for any other roster."""
    for who, row in enumerate(base):
        for day, was in enumerate(row):
            cells = grid.cells[who][day]
            if was is None:
                for var in cells.values():
                    grid.draft.cost(var, points)
            else:
                grid.draft.constant += points
                if was in cells:
                    grid.draft.cost(cells[was], -points)
