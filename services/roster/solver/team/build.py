"""A team's rota as a program: law, leave and agreements as rows, all that is arguable at its price."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.roster.domain.rota.problem import Problem, Roster
from services.roster.solver.model import Model
from services.roster.solver.team import cover, fair, hours, rests, runs, wishes
from services.roster.solver.team.draft import Draft, Terms
from services.roster.solver.team.grid import Grid
from services.roster.solver.team.read import Names

LAWS: tuple[Callable[[Grid], None], ...] = (
    runs.daily_rest,
    runs.days_running,
    runs.nights,
    rests.weekly_rest,
    hours.weekly_limit,
    cover.supervision,
)
PRICED: tuple[Callable[[Grid], None], ...] = (
    cover.short,
    cover.over,
    hours.contract,
    wishes.wanted,
    wishes.change,
    fair.shares,
    runs.split_weekends,
    runs.isolated_days,
)


@dataclass(frozen=True)
class Near:
    """A roster to keep near to, at a price for each cell that is no part of the score."""

    roster: Roster
    points: int


@dataclass(frozen=True)
class Apart:
    """A roster to differ from: of its duties at most this share, in hundredths, stay."""

    roster: Roster
    most: int


def build(
    problem: Problem,
    *,
    near: Near | None = None,
    apart: tuple[Apart, ...] = (),
    roles_priced: bool = False,
    by_hour: bool = True,
) -> tuple[Model, Names]:
    """The program and the names of its variables. Raises `AmbiguousClock` or `UnknownDuty`.

    Its objective is what `score` says of the roster that is read from it, at least where it is as small as it can be.
    With `roles_priced` a duty may lack the role that it needs, at a price beyond all others. Unless `by_hour` the
    weekly rest is so many days off, which is less than the law asks for, mostly enough, and sooner searched.
    """
    draft = Draft()
    grid = Grid(problem, draft, by_hour=by_hour)
    for law in LAWS:
        law(grid)
    cover.roles(grid, is_priced=roles_priced)
    for rule in PRICED:
        rule(grid)
    if near is not None:
        wishes.near(grid, near.roster, near.points)
    for other in apart:
        _differs(grid, other)
    board = tuple(tuple(tuple(cells.values()) for cells in row) for row in grid.cells)
    return replace(draft.finished(), board=board), Names.of(grid)


def _differs(grid: Grid, other: Apart) -> None:
    """Of the duties that the other roster has and that are not pinned, some are different here."""
    same: Terms = [
        (cells[code], 1)
        for row, kept in zip(grid.cells, other.roster, strict=True)
        for cells, code in zip(row, kept, strict=True)
        if code in cells and cells[code] not in grid.draft.value
    ]
    grid.draft.row(same, None, len(same) * other.most // 100)


def named(problem: Problem) -> tuple[Model, Names]:
    """The rows alone, each group by an assumption in plain words: what of them cannot all hold.

    In these words {4} is the member with that index.
    """
    draft = Draft(is_named=True)
    grid = Grid(problem, draft)
    for law in LAWS:
        law(grid)
    cover.roles(grid, is_priced=False)
    return replace(draft.finished(), objective=(), constant=0), Names.of(grid)
