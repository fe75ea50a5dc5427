"""The search near a solution: some rows or columns of its board are searched anew while the rest stays, and so on.

A part is small enough to be searched to its end in a moment. It grows where that was proved and shrinks where not, so
that it comes to the size that fits the engine and the model.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from services.roster.solver.clock import Clock
from services.roster.solver.cpsat.search import search
from services.roster.solver.found import is_solution, objective
from services.roster.solver.model import Board, Form, Model, Outcome, Progress, Settings, Tell
from services.roster.solver.part import Whole

# How long a part is searched, in deterministic seconds, and what its share of rows or columns is times thereafter.
OF_PART, GROWS, SHRINKS, MOST = 0.15, 1.1, 0.9, 4.0


def begins(model: Model) -> bool:
    """Whether there is a solution to go on from, and a board to take parts of."""
    return bool(model.board) and model.hint is not None and is_solution(model, model.hint)


def near(model: Model, settings: Settings, tell: Tell, is_stopped: Callable[[], bool]) -> Outcome:
    """The best that is found from the hint on, see `begins`; never a worse one. It knows of no bound but by proof."""
    clock, luck, whole = Clock(settings), Random(settings.seed), Whole(model)  # noqa: S311
    best = model.hint or ()
    cost, of_part = objective(model, best), replace(settings, form=Form.WINDOW, workers=1, gap=0.0)
    # Some rows, all rows over some columns, and half of the columns of some rows.
    kinds = (_Kind(rows=0.25), _Kind(columns=0.28), _Kind(rows=0.5, columns=0.5))
    while clock.left() and not is_stopped():
        kind = luck.choice(kinds)
        held = _squares(model.board) - kind.drawn(model.board, luck)
        part = whole.part(best, held)
        seed, most = luck.randrange(2**30), settings.deterministic_seconds or OF_PART
        asked = replace(of_part, seed=seed, seconds=clock.left(), deterministic_seconds=most)
        found = search(part.model, asked, lambda _: None, is_stopped)
        kind.follow(is_proved=found.status == "optimal")
        if found.values is not None and found.best is not None and found.best < cost:
            best, cost = part.whole(found.values), found.best
            tell(Progress("cpsat", clock.seconds(), cost, None, best))
        if not held and found.status == "optimal":
            return Outcome("optimal", cost, cost, best, clock.seconds(), settings.seed)
    return Outcome("feasible", cost, None, best, clock.seconds(), settings.seed)


@dataclass
class _Kind:
    """A kind of part, by its share of the rows and of neighbouring columns; the first that is not whole follows."""

    rows: float = 1.0
    columns: float = 1.0
    scale: float = 1.0

    def follow(self, *, is_proved: bool) -> None:
        self.scale = min(self.scale * GROWS, MOST) if is_proved else self.scale * SHRINKS

    def drawn(self, board: Board, luck: Random) -> set[int]:
        """The variables of a part of this kind."""
        is_of_rows, width = self.rows < 1, len(board[0])
        rows = _share(self.rows * (self.scale if is_of_rows else 1), len(board))
        columns = _share(self.columns * (1 if is_of_rows else self.scale), width)
        first = luck.randint(-(columns // 2), width - columns + columns // 2) if columns < width else 0
        return _squares(tuple(row[max(0, first) : first + columns] for row in luck.sample(board, rows)))


def _share(share: float, of: int) -> int:
    return max(1, min(of, round(share * of)))


def _squares(board: Board) -> set[int]:
    return set(_each(board))


def _each(board: Board) -> Iterator[int]:
    yield from (var for row in board for square in row for var in square)
