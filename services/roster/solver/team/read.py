"""From the values of a program to a roster, and from a roster to the values that it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.roster.domain.rota.problem import Problem, Roster
from services.roster.solver.team.draft import Definition, Draft, Values
from services.roster.solver.team.grid import Grid

Cell = tuple[int, int, str | None]


@dataclass(frozen=True)
class Names:
    """Which variable is which cell, by member, day and code; `defined` says what the others are for a roster."""

    cells: tuple[tuple[Mapping[str, int], ...], ...]
    defined: tuple[tuple[int, Definition], ...]
    draft: Draft

    @classmethod
    def of(cls, grid: Grid) -> "Names":
        return cls(tuple(map(tuple, grid.cells)), tuple(grid.draft.defined), grid.draft)

    def forced(self, cell: Cell, *, is_had: bool = True) -> tuple[tuple[int, int], ...]:
        """What fixes that somebody has this duty, or has it not."""
        who, day, code = cell
        var = None if code is None else self.cells[who][day].get(code)
        return () if var is None else ((var, int(is_had)),)


def read(names: Names, values: Sequence[int]) -> Roster:
    """The roster that the values mean."""
    return tuple(tuple(_code(cells, values) for cells in row) for row in names.cells)


def _code(cells: Mapping[str, int], values: Sequence[int]) -> str | None:
    return next((code for code, var in cells.items() if values[var]), None)


def values_of(names: Names, roster: Roster) -> tuple[int, ...]:
    """What every variable is for this roster; a duty that the program has no variable for is left out."""
    found: Values = {names.draft.certain: 1}
    for row, codes in zip(names.cells, roster, strict=True):
        for cells, code in zip(row, codes, strict=True):
            for one, var in cells.items():
                found[var] = int(one == code)
    for var, definition in names.defined:
        found[var] = definition(found)
    return tuple(value for _, value in sorted((names.draft.place(var), value) for var, value in found.items()))


@dataclass(frozen=True)
class Gap:
    """A duty that lacks somebody."""

    day: int
    code: str
    people: int


def gaps(problem: Problem, roster: Roster) -> tuple[Gap, ...]:
    """What a roster leaves open of the needs."""
    found = []
    for need in problem.needs:
        have = sum(row[need.day] == need.code for row in roster)
        if have < need.people:
            found.append(Gap(need.day, need.code, need.people - have))
    return tuple(found)
