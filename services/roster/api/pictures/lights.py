"""The weeks ahead as a picture: a light for each, told in a word as well, and what is asked of the time there is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.roster.api.pictures.canvas import PALE, PAPER, SHADE, Box, Dot, Drawing, Line, Mark, Text
from services.roster.domain.capacity import Light

WIDTH, ROW, TOP, EDGE = 720, 34, 80, 12
WEEK_AT, LIGHT_AT, BAR_AT, BAR, WORDS_AT = EDGE, 150, 260, 200, 480
# A bar is full at one and a half times what the team has; what is beyond is in the words.
FULL = 1.5
FILLS = {Light.GREEN: "#3c9d63", Light.AMBER: "#f0a52b", Light.RED: "#c8352b"}
MINUTES_OF_AN_HOUR = 60


@dataclass(frozen=True)
class WeekOfLights:
    """One week. Without a light there are too few clients to tell it; outside the team what is asked is None."""

    from_on: date
    light: Light | None
    contracted_minutes: float
    vacant_minutes: float
    asked_minutes: float | None = None
    capacity_minutes: float | None = None

    @property
    def word(self) -> str:
        return "Not told" if self.light is None else self.light.value.capitalize()

    @property
    def day(self) -> str:
        return f"{self.from_on.day} {self.from_on:%B}"

    @property
    def words(self) -> str:
        vacant = f", {_hours(self.vacant_minutes)} vacant" if self.vacant_minutes else ""
        if self.asked_minutes is None or self.capacity_minutes is None:
            return f"{_hours(self.contracted_minutes)} contracted{vacant}"
        return f"{_hours(self.asked_minutes)} asked of {_hours(self.capacity_minutes)}{vacant}"


def drawn(title: str, weeks: Sequence[WeekOfLights]) -> Drawing:
    height = TOP + len(weeks) * ROW + 2 * EDGE
    told = "; ".join(f"week of {week.day} {week.word.lower()}, {week.words}" for week in weeks)
    marks = (*_head(title), *(mark for number, week in enumerate(weeks) for mark in _row(number, week)))
    return Drawing(title, f"{told[:1].upper()}{told[1:]}.", WIDTH, height, marks)


def _head(title: str) -> Iterator[Mark]:
    yield Text(EDGE, 26, title, size=16, is_bold=True)
    for x, words in ((WEEK_AT, "Week of"), (LIGHT_AT, "Light"), (BAR_AT, "Asked, with a line at what there is")):
        yield Text(x, TOP - 12, words, size=11, is_bold=True)


def _row(number: int, week: WeekOfLights) -> Iterator[Mark]:
    top = TOP + number * ROW
    yield Text(WEEK_AT, top + 18, week.day)
    yield Dot(LIGHT_AT + 8, top + 13, 8, PAPER if week.light is None else FILLS[week.light])
    yield Text(LIGHT_AT + 24, top + 18, week.word)
    if week.asked_minutes is not None and week.capacity_minutes is not None:
        yield Box(BAR_AT, top + 4, BAR, ROW - 14, PAPER)
        yield Box(BAR_AT, top + 4, BAR * _part(week.asked_minutes, week.capacity_minutes), ROW - 14, SHADE)
        yield Line(BAR_AT + BAR / FULL, top + 2, BAR_AT + BAR / FULL, top + ROW - 8)
    else:
        yield Text(BAR_AT, top + 18, "Not told outside the team", ink=PALE)
    yield Text(WORDS_AT, top + 18, week.words)


def _part(asked: float, capacity: float) -> float:
    if not capacity:
        return 1.0 if asked else 0.0
    return round(min(asked / capacity / FULL, 1.0), 3)


def _hours(minutes: float) -> str:
    return f"{minutes / MINUTES_OF_AN_HOUR:.1f} h"
