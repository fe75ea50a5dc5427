"""What binds a nurse's time in a search: her break, and the stops that are pinned."""

from services.roster.domain.rounds.day import Day, Nurse
from services.roster.domain.rounds.decode import TINY

NEVER = float("inf")


def held_until(day: Day) -> tuple[list[float], dict[tuple[int, int], float]]:
    """From when each nurse is free, and until when a pinned stop holds her at most.

    Where not even two pinned stops alone can both be in time, no plan is to blame: the first counts as over in time.
    """
    starts, until = [nurse.start for nurse in day.nurses], dict[tuple[int, int], float]()
    for number, nurse in enumerate(day.nurses):
        pins = sorted(
            (call.pinned[1] + hand * call.apart[0], index, hand)
            for index, call in enumerate(day.calls)
            if call.pinned is not None
            for hand, one in enumerate(call.pinned[0])
            if one == number
        )
        places = [day.calls[index].place for _, index, _ in pins]
        if pins:
            starts[number] = min(nurse.start, pins[0][0] - day.travel[nurse.from_place][places[0]])
        for (_, index, hand), (following, _, _), place, then in zip(pins, pins[1:], places, places[1:], strict=False):
            until[index, hand] = following - day.travel[place][then]
        until |= {(index, hand): NEVER for _, index, hand in pins[-1:]}
    return starts, until


def rest_of(nurse: Nurse) -> tuple[float, float, float]:
    """The minutes of a break, and the first and the last minute at which its gap may begin."""
    if nurse.rest is None:
        return 0.0, NEVER, -NEVER
    return nurse.rest.minutes, nurse.rest.gap_from, nurse.rest.gap_until - nurse.rest.minutes


def with_rest(
    free: float, way: float, opens: float, rest: float, rest_from: float, rest_until: float, rest_at: float
) -> tuple[float, bool]:
    """The start of a visit by a nurse who has had no break yet, and whether she has had it then."""
    start = free + way
    if rest_at <= free <= rest_until and free >= rest_from:
        start += rest
    start = max(start, opens)
    return start, is_rest(free, start - free - way, rest, rest_from, rest_until)


def is_rest(free: float, gap: float, rest: float, rest_from: float, rest_until: float) -> bool:
    """Whether a gap that begins at `free` is the break."""
    return gap >= rest - TINY and rest_from <= free <= rest_until
