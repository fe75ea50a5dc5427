"""The decoder of rounds: one order of all visits and a crew for each become a timed plan that breaks no rule.

Visits are taken in the order and put at the end of the round of each nurse of their crew, as early as the window and
the other hands allow. Any order and any crews give a plan, so that a search may try what it likes (the representation
of the HHCRSP data of iolab-uniud; Ceschia, Di Gaspero, Rosati, Schaerf, ITOR 2024).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.roster.domain.rounds.day import Call, Day, Nurse, Plan, Stop

TINY = 1e-6


@dataclass(frozen=True)
class Draft:
    """What `decode` needs of a plan: the order of the visits, the nurses of each, and from when each nurse has a break.

    A visit with no crew stays unserved. `rests` is infinite where a break is taken only in a gap that is there anyway.
    """

    order: tuple[int, ...]
    crews: tuple[tuple[int, ...], ...]
    rests: tuple[float, ...]


@dataclass
class _Round:
    """One nurse's round as far as it is timed, and the pinned stops that lie ahead of her, the earliest last."""

    index: int
    nurse: Nurse
    rest_at: float
    free: float
    place: int
    rested: bool
    pins: list[Stop] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)


def middle_of_rest(nurse: Nurse) -> float:
    """The minute at which a break stands in the middle of the hours allowed for it; infinite without a break."""
    if nurse.rest is None:
        return float("inf")
    return (nurse.rest.gap_from + nurse.rest.gap_until - nurse.rest.minutes) / 2


def earliest(call: Call, *, keeps_told: bool) -> float:
    """The first minute at which a visit may start: its window's, or where it counts, the time that was told."""
    if keeps_told and call.told_start is not None:
        return max(call.window[0], call.told_start)
    return call.window[0]


def in_step(arrivals: Sequence[float], apart: tuple[float, float]) -> list[float]:
    """The earliest starts of the hands of one visit, with the least and the most minutes kept between them."""
    least, most = apart
    starts = list(arrivals)
    for hand in range(1, len(starts)):
        starts[hand] = max(starts[hand], starts[hand - 1] + least)
    for hand in range(len(starts) - 2, -1, -1):
        starts[hand] = max(starts[hand], starts[hand + 1] - most)
    return starts


def decode(
    day: Day, order: Iterable[int], assigned: Sequence[Sequence[int]], rests: Sequence[float] | None = None
) -> Plan:
    """The timed plan of an order and its crews.

    Pinned visits keep nurse and start, and others go around them: before, where they fit and stand before them in the
    order, else behind. Whatever else is not in the order, or whose crew is too small, not able or twice the same, is
    unserved. `rests` are the minutes from which each nurse would have her break; without them it stands in the middle
    of the hours allowed.
    """
    rounds = _begin(day, rests)
    placed = {number for number, call in enumerate(day.calls) if call.pinned is not None}
    for number in order:
        crew, pinned = tuple(assigned[number]), day.calls[number].pinned
        if pinned is not None:
            _reach_pin(day, number, [rounds[nurse] for nurse in pinned[0]])
        elif number not in placed and is_able(day.calls[number], crew):
            _place(day, number, [rounds[nurse] for nurse in crew])
            placed.add(number)
    for round_ in rounds:
        while round_.pins:
            _serve(day, round_, round_.pins.pop())
    stops = sorted((stop for round_ in rounds for stop in round_.stops), key=lambda stop: (stop.start, stop.call))
    return Plan(tuple(stops), tuple(number for number in range(len(day.calls)) if number not in placed))


def is_able(call: Call, crew: Sequence[int]) -> bool:
    """Whether these nurses, one for each hand and no one twice, may make the visit."""
    if len(crew) != len(call.hands) or len(set(crew)) < len(crew):
        return False
    return all(nurse in hand.able for nurse, hand in zip(crew, call.hands, strict=True))


def _begin(day: Day, rests: Sequence[float] | None) -> list[_Round]:
    """Everybody's round before the first visit, with the pinned stops that lie ahead."""
    rounds = []
    for index, nurse in enumerate(day.nurses):
        rest_at = middle_of_rest(nurse) if rests is None else rests[index]
        rounds.append(_Round(index, nurse, rest_at, nurse.start, nurse.from_place, nurse.rest is None))
    for number, call in enumerate(day.calls):
        nurses, start = call.pinned or ((), 0.0)
        for hand, nurse_index in enumerate(nurses):
            rounds[nurse_index].pins.append(Stop(number, hand, nurse_index, start + hand * call.apart[0]))
    for round_ in rounds:
        round_.pins.sort(key=lambda stop: -stop.start)
    return rounds


def _reach_pin(day: Day, number: int, crew: Sequence[_Round]) -> None:
    """Serves what is pinned up to this visit, so that what follows it in the order does not come before it."""
    for round_ in crew:
        while any(stop.call == number for stop in round_.pins):
            _serve(day, round_, round_.pins.pop())


def _place(day: Day, number: int, crew: Sequence[_Round]) -> None:
    """Puts a visit behind what its nurses have; pinned stops that it would run into are served first."""
    call = day.calls[number]
    opens = earliest(call, keeps_told=day.prices.moved > 0)
    while True:
        arrivals = [max(opens, _arrival(day, round_, call)) for round_ in crew]
        starts = in_step(arrivals, call.apart)
        stops = [Stop(number, hand, crew[hand].index, start) for hand, start in enumerate(starts)]
        blocked = [one for one, stop in zip(crew, stops, strict=True) if _runs_into_pin(day, one, stop)]
        if not blocked:
            break
        for round_ in blocked:
            _serve(day, round_, round_.pins.pop())
    for round_, stop in zip(crew, stops, strict=True):
        _serve(day, round_, stop)


def _arrival(day: Day, round_: _Round, call: Call) -> float:
    way = day.travel[round_.place][call.place]
    return round_.free + way + (round_.nurse.rest.minutes if _must_rest(round_) and round_.nurse.rest else 0)


def _must_rest(round_: _Round) -> bool:
    rest = round_.nurse.rest
    if round_.rested or rest is None or round_.free < max(round_.rest_at, rest.gap_from):
        return False
    return round_.free + rest.minutes <= rest.gap_until


def _runs_into_pin(day: Day, round_: _Round, stop: Stop) -> bool:
    if not round_.pins:
        return False
    pin, call = round_.pins[-1], day.calls[stop.call]
    ends = stop.start + call.hands[stop.hand].minutes
    return ends + day.travel[call.place][day.calls[pin.call].place] > pin.start


def _serve(day: Day, round_: _Round, stop: Stop) -> None:
    call, rest = day.calls[stop.call], round_.nurse.rest
    gap = stop.start - round_.free - day.travel[round_.place][call.place]
    if rest is not None and gap >= rest.minutes - TINY:
        round_.rested |= rest.gap_from <= round_.free <= rest.gap_until - rest.minutes
    round_.free, round_.place = stop.start + call.hands[stop.hand].minutes, call.place
    round_.stops.append(stop)
