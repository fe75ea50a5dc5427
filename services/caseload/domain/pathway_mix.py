"""The mix of pathways over time: how many are in care for what kind of course, month by month."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.caseload.domain.referral import Pathway
from services.common.figures import Cell, Cells, Layout, hidden, under

OPEN, OPENED = "open.", "opened."
LAYOUT = Layout(sums=(("open", (OPEN,)), ("opened", (OPENED,))))


@dataclass(frozen=True)
class Course:
    """An episode of care as far as the figures need it."""

    client_id: UUID
    pathway: str
    opened_on: date
    ended_on: date | None

    def is_open(self, on: date) -> bool:
        return self.opened_on <= on and (self.ended_on is None or self.ended_on > on)


@dataclass(frozen=True)
class Share:
    """None where it would stand on few."""

    pathway: str
    open: int | None
    opened: int | None


@dataclass(frozen=True)
class Month:
    """How it stood at the end of `to_on`, and what was opened since `from_on`."""

    from_on: date
    to_on: date
    open: int | None
    opened: int | None
    pathways: list[Share]


def months(courses: Sequence[Course], first: date, last: date, smallest: int) -> list[Month]:
    """Every calendar month between these days, as far as it lies between them."""
    return [_month(courses, start, end, smallest) for start, end in _spans(first, last)]


def _spans(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        after = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield first, min(last, after - timedelta(days=1))
        first = after


def _month(courses: Sequence[Course], start: date, end: date, smallest: int) -> Month:
    found = {
        **_cells("open", [one for one in courses if one.is_open(end)]),
        **_cells("opened", [one for one in courses if start <= one.opened_on <= end]),
    }
    away = hidden(found, LAYOUT, smallest) if smallest else frozenset()
    told = {name: None if name in away else int(cell.amount or 0) for name, cell in found.items()}
    names = [name.removeprefix(OPEN) for name in under(found, OPEN)]
    shares = [Share(name, told[f"{OPEN}{name}"], told[f"{OPENED}{name}"]) for name in names]
    return Month(start, end, told["open"], told["opened"], shares)


def _cells(name: str, courses: Iterable[Course]) -> Cells:
    mine = list(courses)
    by_pathway = {pathway: [one for one in mine if one.pathway == pathway] for pathway in Pathway}
    return {name: _cell(mine), **{f"{name}.{pathway}": _cell(ones) for pathway, ones in by_pathway.items()}}


def _cell(courses: Sequence[Course]) -> Cell:
    return Cell(len(courses), len({one.client_id for one in courses}))
