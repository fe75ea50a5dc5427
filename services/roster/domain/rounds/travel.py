"""Travel by estimate, where no router is at hand: the straight line, longer by the roads, at a steady speed."""

from dataclasses import dataclass
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


def minutes(start: Point, end: Point, travel: Travel) -> int:
    """Whole minutes from door to door: none at the same point, else at least one on the road and the time to park."""
    if start == end:
        return 0
    on_the_road = _kilometres(start, end) * travel.factor / travel.kmh * 60
    return max(1, round(on_the_road)) + travel.park


def _kilometres(start: Point, end: Point) -> float:
    """The great circle by the haversine formula."""
    north, south = radians(start.latitude), radians(end.latitude)
    half = sin((south - north) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(end.longitude - start.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
