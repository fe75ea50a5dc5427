"""A plan in words: for each visit why it is where it is, and for each that is left out what stands against it.

Roster knows no names: people stand as {0}, {1} in the words, in the order of `nurses`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.roster.domain.rounds.day import Call, Day, Plan, Stop

# Less than half a minute is not worth a word.
SHORT = 0.5


@dataclass(frozen=True)
class Told:
    """What is said of one visit, by its index, and the nurses (by index) of whom it speaks."""

    call: int
    nurses: tuple[int, ...]
    words: str


def words(day: Day, plan: Plan) -> tuple[Told, ...]:
    """One sentence for each visit of the day, in the order of its calls."""
    ways = _ways(day, plan)
    said = []
    for number, call in enumerate(day.calls):
        stops = sorted((stop for stop in plan.stops if stop.call == number), key=lambda stop: stop.hand)
        if stops:
            parts = _of_visit(call, stops, ways[stops[0]])
            said.append(Told(number, tuple(stop.nurse for stop in stops), f"{'; '.join(parts)}."))
        else:
            said.append(Told(number, (), _of_unserved(day, call)))
    return tuple(said)


def _of_visit(call: Call, stops: Sequence[Stop], way: str) -> Iterator[str]:
    yield _face(call, stops[0].nurse)
    if len(stops) > 1:
        yield f"with {' and '.join(f'{{{hand}}}' for hand in range(1, len(stops)))}"
    yield way
    late = max(stop.start for stop in stops) - call.window[1]
    if late >= SHORT:
        yield f"{_minutes(late)} after its window ends"
    if call.pinned is not None:
        yield "held where it is"
    elif call.told_start is not None and abs(stops[0].start - call.told_start) >= SHORT:
        moved = stops[0].start - call.told_start
        yield f"{_minutes(abs(moved))} {'later' if moved > 0 else 'earlier'} than the client was told"


def _face(call: Call, nurse: int) -> str:
    """Who comes, by price: nothing for the named nurse, less than the dearest for a buddy."""
    if not call.faces or max(call.faces) == 0:
        return "{0} comes"
    if call.faces[nurse] == 0:
        return "{0} is the named nurse"
    return "{0} is a buddy" if call.faces[nurse] < max(call.faces) else "{0} is another nurse"


def _of_unserved(day: Day, call: Call) -> str:
    """Why a visit is left out: too few who are able, or nobody there at its time, or no room that is worth it."""
    able = {nurse for hand in call.hands for nurse in hand.able}
    if not all(hand.able for hand in call.hands) or len(able) < len(call.hands):
        return f"Not served: it needs {_hands(call)}, and too few who are out that day are able."
    opens, closes = call.window
    if not any(day.nurses[nurse].start <= closes and opens < day.nurses[nurse].end for nurse in able):
        return "Not served: nobody who is able is out in its window."
    return "Not served: those who are able have no room for it in its window."


def _hands(call: Call) -> str:
    return "one nurse" if len(call.hands) == 1 else f"{len(call.hands)} nurses"


def _minutes(amount: float) -> str:
    whole = round(amount)
    return "1 minute" if whole == 1 else f"{whole} minutes"


def _ways(day: Day, plan: Plan) -> dict[Stop, str]:
    """For each stop the minutes on the way to it. How far it is from where somebody lives is theirs to know."""
    ways = {}
    for index, nurse in enumerate(day.nurses):
        place, begin = nurse.from_place, "where the round begins"
        for stop in sorted((stop for stop in plan.stops if stop.nurse == index), key=lambda stop: stop.start):
            there = day.calls[stop.call].place
            is_told = place != nurse.from_place or not nurse.is_from_home
            ways[stop] = f"{_minutes(day.travel[place][there])} from {begin}" if is_told else "the round begins at home"
            place, begin = there, "the visit before"
    return ways
