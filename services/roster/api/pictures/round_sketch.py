"""A day's rounds as a sketch: who goes from where to where and when, by how places lie to each other; no map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians

from services.roster.api.pictures.canvas import PAPER, SHADE, Box, Dot, Drawing, Line, Mark, Text
from services.roster.domain.rounds.travel import Point

WIDTH, SKETCH, EDGE, TOP, ROW = 900, 460, 30, 50, 20
# However near places lie to each other, they are not drawn as if they were far apart: about a kilometre at the least.
LEAST_DEGREES = 0.01


@dataclass(frozen=True)
class StopSketch:
    """One visit of a round: where it is, if that is known, when, and what is said of it."""

    at: Point | None
    time: str
    words: str


@dataclass(frozen=True)
class RoundSketch:
    """One person's round by a letter, from a base or a home where that is known."""

    letter: str
    name: str
    begins: Point | None
    stops: tuple[StopSketch, ...]


@dataclass(frozen=True)
class RoundsPicture:
    title: str
    rounds: tuple[RoundSketch, ...]
    unserved: tuple[str, ...]
    is_proposed: bool


def drawn(asked: RoundsPicture) -> Drawing:
    lines = list(_lines(asked))
    height = TOP + SKETCH + (len(lines) + 1) * ROW + EDGE
    marks: list[Mark] = [
        Text(EDGE, 30, asked.title, size=16, is_bold=True),
        Box(EDGE, TOP, WIDTH - 2 * EDGE, SKETCH, PAPER),
        *_ways(asked),
        *(
            Text(EDGE, TOP + SKETCH + (number + 1) * ROW, words, size=12, is_bold=is_bold)
            for number, (words, is_bold) in enumerate(lines)
        ),
    ]
    return Drawing(asked.title, _in_words(asked), WIDTH, height, tuple(marks))


def _ways(asked: RoundsPicture) -> Iterator[Mark]:
    """Proposed ways are dashed; each stop has its round's letter and its number, so that nothing hangs on colour."""
    place = _Placed([point for round_ in asked.rounds for point in _points(round_)])
    for round_ in asked.rounds:
        ways = [place(point) for point in _points(round_)]
        for (x, y), (to_x, to_y) in zip(ways, ways[1:], strict=False):
            yield Line(x, y, to_x, to_y, is_dashed=asked.is_proposed)
    for round_ in asked.rounds:
        if round_.begins is not None:
            x, y = place(round_.begins)
            yield Box(x - 7, y - 7, 14, 14, SHADE)
        for number, stop in enumerate(round_.stops, start=1):
            if stop.at is not None:
                x, y = place(stop.at)
                yield Dot(x, y, 11, PAPER)
                yield Text(x, y + 4, f"{round_.letter}{number}", size=10, is_bold=True, anchor="middle")


def _points(round_: RoundSketch) -> list[Point]:
    """There and back again, as far as it is known where."""
    ends = [round_.begins] if round_.begins is not None else []
    return [*ends, *(stop.at for stop in round_.stops if stop.at is not None), *ends]


class _Placed:
    """Where a point lies in the sketch: all of them together fill it, with one scale for both directions."""

    def __init__(self, points: Sequence[Point]) -> None:
        north, east = [one.latitude for one in points] or [0.0], [one.longitude for one in points] or [0.0]
        self._squeeze = cos(radians(sum(north) / len(north)))
        self._middle = Point((min(north) + max(north)) / 2, (min(east) + max(east)) / 2)
        wide, high = (max(east) - min(east)) * self._squeeze, max(north) - min(north)
        across, down = WIDTH - 4 * EDGE, SKETCH - 2 * EDGE
        self._scale = min(across / max(wide, LEAST_DEGREES), down / max(high, LEAST_DEGREES))

    def __call__(self, point: Point) -> tuple[float, float]:
        x = WIDTH / 2 + (point.longitude - self._middle.longitude) * self._squeeze * self._scale
        y = TOP + SKETCH / 2 - (point.latitude - self._middle.latitude) * self._scale
        return round(x, 1), round(y, 1)


def _lines(asked: RoundsPicture) -> Iterator[tuple[str, bool]]:
    for round_ in asked.rounds:
        yield f"{round_.letter}  {round_.name}", True
        for number, stop in enumerate(round_.stops, start=1):
            known = "" if stop.at is not None else " (place not known)"
            yield f"{round_.letter}{number}  {stop.time}  {stop.words}{known}", False
    if asked.unserved:
        yield "Not served", True
        for words in asked.unserved:
            yield words, False


def _in_words(asked: RoundsPicture) -> str:
    told = ", ".join(f"{one.name} has {len(one.stops)}" for one in asked.rounds) or "there are none"
    state = "Proposed, not adopted. " if asked.is_proposed else ""
    left = f"Not served: {len(asked.unserved)}." if asked.unserved else "Every visit is served."
    return f"{state}{len(asked.rounds)} rounds by how places lie to each other; of visits {told}. {left}"
