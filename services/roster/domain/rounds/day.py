"""One day's round: nurses, calls, travel and prices, and a plan with its cost. Minutes are numbers of one day.

Nurses, calls and places are told by their place in these tuples.
"""

from dataclasses import dataclass

from services.roster.domain.share import Share


@dataclass(frozen=True)
class Break:
    """A nurse's break: as many minutes without a call, between the earliest start and the latest end of a gap."""

    minutes: int
    gap_from: int
    gap_until: int


@dataclass(frozen=True)
class Nurse:
    """Somebody who goes round, from one place to another, and when."""

    id: str
    start: float
    end: float
    from_place: int
    to_place: int
    rest: Break | None = None


@dataclass(frozen=True)
class Hand:
    """What one nurse does at a call, and which nurses are able to."""

    minutes: float
    able: tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """A visit as the round sees it. The named nurse sets `window` and length; nothing here changes them.

    `apart` is how long after the first hand the second begins, at least and at most; 0 and 0 is together. `faces` is
    the price of each nurse as the first hand. `pinned` is nurses and start that stay; `told_start` is what the client
    was told. `drop` is the price of leaving the call to a person.
    """

    id: str
    place: int
    window: tuple[float, float]
    hands: tuple[Hand, ...]
    apart: tuple[float, float] = (0, 0)
    faces: tuple[float, ...] = ()
    pinned: tuple[tuple[int, ...], float] | None = None
    told_start: float | None = None
    drop: float = 3000


@dataclass(frozen=True)
class Prices:
    """Points for a minute of travel, lateness, the worst lateness and overtime, for a break missed and a call moved."""

    travel: float = 1
    late: float = 3
    worst_late: float = 0
    overtime: float = 10
    no_break: float = 200
    moved: float = 0


@dataclass(frozen=True)
class Day:
    """A day to plan. `travel` is in minutes from place to place."""

    nurses: tuple[Nurse, ...]
    calls: tuple[Call, ...]
    travel: tuple[tuple[float, ...], ...]
    prices: Prices = Prices()


@dataclass(frozen=True)
class Stop:
    """A nurse begins one hand of a call."""

    call: int
    hand: int
    nurse: int
    start: float


@dataclass(frozen=True)
class Plan:
    """Who is where when. What is `unserved` is for people to decide, and never silently gone."""

    stops: tuple[Stop, ...]
    unserved: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cost:
    """What a plan costs, part by part. `broken` names what a plan may never break: overlap, early, skill, twice,
    apart, same_hands and pinned. `named_or_buddy` counts calls by who goes first."""

    total: float
    travel: float
    faces: float
    late: float
    worst_late: float
    overtime: float
    no_break: int
    moved: float
    named_or_buddy: Share
    broken: tuple[str, ...]
