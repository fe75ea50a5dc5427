"""One day of rounds: who is out, who is to be visited, and what a plan for it says. Minutes are counted from midnight.

The windows, the lengths and the number of hands come from the named nurse. No plan changes them: the QNI workforce
standards (2022) leave the time of a visit to her and not to a scheduling platform.
"""

from dataclasses import dataclass

from services.roster.domain.share import Share


@dataclass(frozen=True)
class Break:
    """A break of so many minutes. It must begin in a gap that starts at `gap_from` or later, and end by `gap_until`."""

    minutes: int
    gap_from: int
    gap_until: int


@dataclass(frozen=True)
class Nurse:
    """One person's shift of the day: on the road from `start`, back at `to_place` by `end`.

    Where `is_from_home`, both places are where this person lives: the plan reckons with it, and tells nobody.
    """

    id: str
    start: float
    end: float
    from_place: int
    to_place: int
    rest: Break | None = None
    is_from_home: bool = False


@dataclass(frozen=True)
class Hand:
    """One pair of hands at a visit: the minutes it is needed, and the nurses (by index) who may be it."""

    minutes: float
    able: tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """One visit to plan. `window` bounds its start, `apart` the minutes between the starts of one hand and the next.

    `faces` prices each nurse as first hand, by index. `pinned` holds nurses, one for each hand, and start as they are.
    `told_start` is what the client was told. `drop` is the price of leaving the visit out.
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
    """What a plan pays: for a minute of travel, lateness, worst lateness, overtime; for no break; for a moved visit."""

    travel: float = 1
    late: float = 3
    worst_late: float = 0
    overtime: float = 10
    no_break: float = 200
    moved: float = 0


@dataclass(frozen=True)
class Day:
    """The whole question. `travel[a][b]` are the minutes from place a to place b."""

    nurses: tuple[Nurse, ...]
    calls: tuple[Call, ...]
    travel: tuple[tuple[float, ...], ...]
    prices: Prices = Prices()


@dataclass(frozen=True)
class Stop:
    """One hand of one call, by index, and when its nurse starts it."""

    call: int
    hand: int
    nurse: int
    start: float


@dataclass(frozen=True)
class Plan:
    """An answer. What nobody could take stands in `unserved`: a visit is never dropped in silence."""

    stops: tuple[Stop, ...]
    unserved: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cost:
    """What the referee found: minutes of travel, lateness, worst lateness and overtime, points for faces, and counts.

    `no_break` counts nurses, `moved` visits that start at another time than told. `broken` names each rule that the
    plan does not keep (overlap, early, skill, twice, apart, same_hands, pinned, missing) with its call; a good plan has
    none. `total` is the priced sum, the visits left out among it.
    """

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
