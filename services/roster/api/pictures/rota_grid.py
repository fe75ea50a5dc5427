"""A rota as a picture: a row for each member, a letter for each duty, the weekends shaded, hours, and the cover."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.roster.api.pictures.canvas import PALE, PAPER, SHADE, Box, Drawing, Mark, Text
from services.roster.domain.rota import slots
from services.roster.domain.rota.problem import Problem, Roster

CELL, ROW, NAMES, HOURS, TOP, EDGE = 26, 24, 150, 70, 70, 12
SATURDAY = 5
MINUTES_OF_AN_HOUR = 60


@dataclass(frozen=True)
class RotaPicture:
    """What is drawn: `names` are what the rows are called, as whoever looks may read them."""

    title: str
    problem: Problem
    roster: Roster
    names: Sequence[str]
    is_proposed: bool


@dataclass(frozen=True)
class Cover:
    """How many a day needs, and how many of them it has."""

    have: int
    need: int

    @property
    def short(self) -> int:
        return self.need - self.have


def drawn(asked: RotaPicture) -> Drawing:
    problem, covers = asked.problem, _covers(asked)
    width = NAMES + problem.days * CELL + HOURS + 2 * EDGE
    height = TOP + (len(problem.members) + 1) * ROW + 4 * EDGE
    marks = (*_head(asked), *_rows(asked), *_cover_row(asked, covers), *_legend(asked, height))
    return Drawing(asked.title, _in_words(asked, covers), width, height, marks)


def _head(asked: RotaPicture) -> Iterator[Mark]:
    yield Text(EDGE, 26, asked.title, size=16, is_bold=True)
    for day in range(asked.problem.days):
        date = asked.problem.from_on + timedelta(days=day)
        middle = _left(day) + CELL / 2
        yield Text(middle, TOP - 20, f"{date:%a}"[:2], size=11, anchor="middle", is_bold=_is_weekend(asked, day))
        yield Text(middle, TOP - 6, str(date.day), size=11, anchor="middle", is_bold=_is_weekend(asked, day))
    yield Text(_left(asked.problem.days) + HOURS - 8, TOP - 6, "Hours", size=11, anchor="end", is_bold=True)


def _rows(asked: RotaPicture) -> Iterator[Mark]:
    paid = slots(asked.problem)
    for row, (name, duties) in enumerate(zip(asked.names, asked.roster, strict=True)):
        top = TOP + row * ROW
        yield Text(EDGE, top + 16, name, size=12)
        minutes = 0
        for day, code in enumerate(duties):
            fill = SHADE if _is_weekend(asked, day) else PAPER
            yield Box(_left(day), top, CELL, ROW, fill, is_hatched=asked.is_proposed and code is not None)
            if code is not None:
                minutes += paid[day, code].paid_minutes
                yield from _letters(asked, _left(day), top, code, fill)
        yield Text(_left(asked.problem.days) + HOURS - 8, top + 16, _hours(minutes), size=12, anchor="end")


def _letters(asked: RotaPicture, left: float, top: float, code: str, fill: str) -> Iterator[Mark]:
    """On a plain ground, so that hatching crosses no letter."""
    if asked.is_proposed:
        yield Box(left + 5, top + 4, CELL - 10, ROW - 8, fill)
    yield Text(left + CELL / 2, top + 16, code[:2], size=12, is_bold=True, anchor="middle")


def _cover_row(asked: RotaPicture, covers: Sequence[Cover]) -> Iterator[Mark]:
    top = TOP + len(asked.names) * ROW
    yield Text(EDGE, top + 16, "Cover: have of need", size=12, is_bold=True)
    for day, cover in enumerate(covers):
        yield Box(_left(day), top, CELL, ROW, SHADE if _is_weekend(asked, day) else PAPER)
        told = f"{cover.have}/{cover.need}" + ("!" if cover.short > 0 else "")
        yield Text(_left(day) + CELL / 2, top + 16, told, size=10, is_bold=cover.short > 0, anchor="middle")


def _legend(asked: RotaPicture, height: int) -> Iterator[Mark]:
    codes = ", ".join(f"{duty.code[:2]} {duty.code}" for duty in asked.problem.duties if len(duty.code) > len("xx"))
    words = ["! fewer than needed", "shaded: weekend"]
    words += ["hatched: proposed, not agreed"] if asked.is_proposed else []
    yield Text(EDGE, height - EDGE, "; ".join([*words, *filter(None, [codes])]), size=11, ink=PALE)


def _covers(asked: RotaPicture) -> list[Cover]:
    """Of each need whoever has its duty counts, up to what is needed."""
    covers = []
    for day in range(asked.problem.days):
        on = [duties[day] for duties in asked.roster]
        needs = [need for need in asked.problem.needs if need.day == day]
        have = sum(min(on.count(need.code), need.people) for need in needs)
        covers.append(Cover(have, sum(need.people for need in needs)))
    return covers


def _in_words(asked: RotaPicture, covers: Sequence[Cover]) -> str:
    problem = asked.problem
    last = problem.from_on + timedelta(days=problem.days - 1)
    state = "Proposed, not agreed. " if asked.is_proposed else ""
    short = [
        f"{problem.from_on + timedelta(days=day):%-d %B} by {cover.short}"
        for day, cover in enumerate(covers)
        if cover.short > 0
    ]
    told = f"Fewer than needed: {', '.join(short)}." if short else "Every day has as many as it needs."
    return (
        f"{state}{len(asked.names)} members from {problem.from_on:%-d %B} to {last:%-d %B %Y}, one row each, one letter"
        f" for each duty, with their paid hours. {told}"
    )


def _hours(minutes: int) -> str:
    return f"{minutes // MINUTES_OF_AN_HOUR}:{minutes % MINUTES_OF_AN_HOUR:02d}"


def _left(day: int) -> int:
    return EDGE + NAMES + day * CELL


def _is_weekend(asked: RotaPicture, day: int) -> bool:
    return (asked.problem.from_on + timedelta(days=day)).weekday() >= SATURDAY
