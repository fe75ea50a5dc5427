"""Travel by estimate, where no router is at hand: the straight line, longer by the roads, at a steady speed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import asin, cos, radians, sin, sqrt

# Mean radius of the Earth in kilometres (IUGG, R1).
EARTH_KM = 6371.0088


@dataclass(frozen=True)
class Point:
    """Degrees north and east (WGS 84). It is a client's or a nurse's home: it enters no event, log or address."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Travel:
    """How a team gets about: roads per straight line, kilometres an hour, and minutes to park and reach the door."""

    factor: float = 1.35
    kmh: float = 42
    park: int = 3


class TravelSource(StrEnum):
    """Who says how long it takes."""

    ROUTER = "router"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class Matrix:
    """From each point to each: whole minutes from door to door, and kilometres by road.

    Of a router's, those of `untold` are estimated, as it knows no road there.
    """

    minutes: tuple[tuple[int, ...], ...]
    kilometres: tuple[tuple[float, ...], ...]
    source: TravelSource
    untold: frozenset[tuple[int, int]] = frozenset()


def minutes(start: Point, end: Point, travel: Travel) -> int:
    """Whole minutes from door to door: none at the same point, else at least one on the road and the time to park."""
    if start == end:
        return 0
    return max(1, round(by_road(start, end, travel) / travel.kmh * 60)) + travel.park


def by_road(start: Point, end: Point, travel: Travel) -> float:
    """Kilometres by road."""
    return _kilometres(start, end) * travel.factor


def with_parking(on_the_road: float, travel: Travel) -> int:
    """Whole minutes, at least one on the road and the time to park; none for no way at all."""
    return max(1, round(on_the_road)) + travel.park if on_the_road else 0


def estimated(points: Sequence[Point], travel: Travel) -> Matrix:
    """All ways between these points by the straight line."""
    return Matrix(
        minutes=tuple(tuple(minutes(start, end, travel) for end in points) for start in points),
        kilometres=tuple(tuple(by_road(start, end, travel) for end in points) for start in points),
        source=TravelSource.ESTIMATE,
    )


def overlaid(guess: Matrix, ways: Sequence[Sequence[tuple[float, float] | None]], travel: Travel) -> Matrix:
    """What a router told, in seconds on the road and metres; where it told nothing the estimate stays."""
    many = range(len(ways))
    untold = frozenset((row, column) for row in many for column in many if ways[row][column] is None)
    minutes, kilometres = [list(row) for row in guess.minutes], [list(row) for row in guess.kilometres]
    for row, column in product(many, repeat=2):
        if way := ways[row][column]:
            minutes[row][column], kilometres[row][column] = with_parking(way[0] / 60, travel), way[1] / 1000
    return Matrix(tuple(map(tuple, minutes)), tuple(map(tuple, kilometres)), TravelSource.ROUTER, untold)


def _kilometres(start: Point, end: Point) -> float:
    """The great circle by the haversine formula."""
    north, south = radians(start.latitude), radians(end.latitude)
    half = sin((south - north) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(end.longitude - start.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
