"""Figures as they may be told outside a team: which of them are hidden, and of which days they are told."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from services.common.errors import Unprocessable


@dataclass(frozen=True)
class Cell:
    """An amount, and the number of people or events that it stands on."""

    amount: int | float | None
    people: int


Cells = Mapping[str, Cell]


@dataclass(frozen=True)
class Layout:
    """Sums with their parts: who knows a sum and all its parts but one knows that one, too.

    A part whose name ends in a dot stands for all cells under it. `unshown` cells are never shown themselves, but are
    what is left when others are taken from their sum.
    """

    sums: tuple[tuple[str, tuple[str, ...]], ...]
    unshown: frozenset[str] = frozenset()


class PeriodReversed(Unprocessable):
    """A period runs from its first day to its last."""

    field = "/query/to_on"
    way_out = "Send from_on on or before to_on."

    def __init__(self) -> None:
        super().__init__("The period ends before it starts.")


class NotAMonthsEnd(Unprocessable):
    """How things stood on two days of free choice could be taken from each other, and leave the change of one day.

    How they stood at two months' ends still can: that is the change of a month, which may stand on few.
    """

    field = "/query/as_of"
    way_out = "Ask for the last day of a calendar month that is over, or leave as_of out for the latest of them."

    def __init__(self) -> None:
        super().__init__("Outside the team, how things stand is told for the end of a calendar month.")


def hidden(cells: Cells, layout: Layout, smallest: int) -> frozenset[str]:
    """The cells that stand on fewer people or events than the smallest shown, and those that would give one away."""
    away = {name for name, cell in cells.items() if cell.people < smallest} | layout.unshown
    while (more := _next_to_hide(cells, layout, away, smallest)) is not None:
        away.add(more)
    return frozenset(away)


def under(cells: Cells, name: str) -> list[str]:
    """The cell of this name, or all cells under a name that ends in a dot."""
    return [known for known in cells if known.startswith(name)] if name.endswith(".") else [name]


def require_period(first: date, last: date) -> None:
    """Raises `PeriodReversed`."""
    if last < first:
        raise PeriodReversed


def standing_day(as_of: date | None, today: date, *, outside: bool) -> date:
    """The day on which things are told as they stood: the one asked for, or today.

    Outside the team it is the last day of a month that is over. Raises `NotAMonthsEnd`.
    """
    if not outside:
        return as_of or today
    latest = today.replace(day=1) - timedelta(days=1)
    day = as_of or latest
    if day > latest or (day + timedelta(days=1)).day != 1:
        raise NotAMonthsEnd
    return day


def _next_to_hide(cells: Cells, layout: Layout, away: Set[str], smallest: int) -> str | None:
    """One more part to hide, the one that stands on the fewest: beside a small one whose sum is known, or of a hidden
    sum that its parts would add up to."""
    for total, names in layout.sums:
        parts = [part for name in names for part in under(cells, name)]
        small = max((cells[part].people for part in parts if part in away), default=0)
        shown = [part for part in parts if part not in away and cells[part].people > 0]
        gives_away = small == 0 if total in away else 0 < small < smallest
        if shown and gives_away:
            return min(shown, key=lambda part: (cells[part].people, part))
    return None
