"""The referee of rounds: takes a plan as it stands, times nothing anew, and says what it costs and what it breaks.

It shares no code with the decoder or with any solver, so that a mistake of theirs cannot hide in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.roster.domain.rounds.day import Call, Cost, Day, Nurse, Plan, Stop
from services.roster.domain.share import Share

# Times are floats; less than this many minutes is no difference.
TINY = 1e-6


@dataclass
class _Tally:
    """What adds up while the rounds are walked."""

    travel: float = 0
    overtime: float = 0
    no_break: int = 0
    broken: list[str] = field(default_factory=list)


def evaluate(day: Day, plan: Plan) -> Cost:
    """The cost of a plan under the prices of its day, and every rule that it breaks.

    Lateness is a minute after the window's end, for each hand. Travel counts the way there and the way home.
    """
    tally = _Tally()
    for index, nurse in enumerate(day.nurses):
        round_ = sorted((stop for stop in plan.stops if stop.nurse == index), key=lambda stop: stop.start)
        _walk(day, nurse, round_, tally)
    hands = _by_call(day, plan)
    for number, call in enumerate(day.calls):
        tally.broken += [f"{rule}: {call.id}" for rule in _broken(call, hands[number], number in plan.unserved)]
    late = [max(0.0, stop.start - day.calls[stop.call].window[1]) for stop in plan.stops]
    faces = [_face(day.calls[stop.call], stop.nurse) for stop in plan.stops if stop.hand == 0]
    moved = sum(_is_moved(call, stops) for call, stops in zip(day.calls, hands, strict=True))
    dropped = sum(day.calls[number].drop for number in set(plan.unserved))
    prices, worst = day.prices, max(late, default=0.0)
    total = tally.travel * prices.travel + sum(faces) + sum(late) * prices.late + worst * prices.worst_late
    total += tally.overtime * prices.overtime + tally.no_break * prices.no_break + moved * prices.moved + dropped
    return Cost(
        total=total,
        travel=tally.travel,
        faces=sum(faces),
        late=sum(late),
        worst_late=worst,
        overtime=tally.overtime,
        no_break=tally.no_break,
        moved=moved,
        named_or_buddy=_known_faces(day, faces),
        broken=tuple(tally.broken),
    )


def _walk(day: Day, nurse: Nurse, stops: Sequence[Stop], tally: _Tally) -> None:
    """One nurse's round from where she starts to where she ends, in the order of its starts."""
    if not stops:
        return
    free, place, rested, held = nurse.start, nurse.from_place, nurse.rest is None, True
    for stop in stops:
        call = day.calls[stop.call]
        way = day.travel[place][call.place]
        # Between two pinned visits nothing is asked: no plan could have made it otherwise.
        if stop.start < free + way - TINY and not (held and call.pinned):
            tally.broken.append(f"overlap: {call.id}")
        rested = rested or _is_break(nurse, free, stop.start - free - way)
        tally.travel += way
        free, place = stop.start + call.hands[stop.hand].minutes, call.place
        held = call.pinned is not None
    home = day.travel[place][nurse.to_place]
    tally.travel += home
    tally.overtime += max(0.0, free + home - nurse.end)
    tally.no_break += not (rested or _rests_before_home(nurse, free, home))


def _is_break(nurse: Nurse, free: float, gap: float) -> bool:
    """Whether the time between two visits, less the way, serves as the break: long enough, and within a shift.

    The law asks for 20 minutes, not at the start or the end of a day of more than six hours (Working Time Regulations
    1998, reg. 12); how long and between which hours is the team's agreement and stands in the nurse's `rest`.
    """
    rest = nurse.rest
    if rest is None:
        return True
    return gap >= rest.minutes - TINY and free >= rest.gap_from - TINY and free + rest.minutes <= rest.gap_until + TINY


def _rests_before_home(nurse: Nurse, free: float, home: float) -> bool:
    """A round that ends early enough leaves room for a break before the way home."""
    return nurse.rest is None or free + nurse.rest.minutes + home <= nurse.end + TINY


def _by_call(day: Day, plan: Plan) -> list[list[Stop]]:
    hands: list[list[Stop]] = [[] for _ in day.calls]
    for stop in plan.stops:
        hands[stop.call].append(stop)
    return [sorted(stops, key=lambda stop: stop.hand) for stops in hands]


def _broken(call: Call, stops: Sequence[Stop], is_unserved: bool) -> Iterator[str]:
    """The rules of one visit that its stops do not keep."""
    served = [stop.hand for stop in stops]
    if len(set(served)) < len(served) or (stops and is_unserved):
        yield "twice"
    if set(served) != set(range(len(call.hands))) and not (is_unserved and not stops):
        yield "missing"
    if call.pinned is None:
        yield from _broken_by_choice(call, stops)
    elif not _is_as_pinned(call, stops):
        yield "pinned"


def _broken_by_choice(call: Call, stops: Sequence[Stop]) -> Iterator[str]:
    """The rules that only a visit must keep whose nurses and start nobody has pinned."""
    if any(stop.start < call.window[0] - TINY for stop in stops):
        yield "early"
    if any(stop.nurse not in call.hands[stop.hand].able for stop in stops):
        yield "skill"
    if len({stop.nurse for stop in stops}) < len(stops):
        yield "same_hands"
    if any(not _are_apart(call, one, next_) for one, next_ in zip(stops, stops[1:], strict=False)):
        yield "apart"


def _is_as_pinned(call: Call, stops: Sequence[Stop]) -> bool:
    nurses, start = call.pinned or ((), 0.0)
    return bool(stops) and tuple(stop.nurse for stop in stops) == nurses and abs(stops[0].start - start) <= TINY


def _are_apart(call: Call, one: Stop, following: Stop) -> bool:
    least, most = call.apart
    return least - TINY <= following.start - one.start <= most + TINY


def _is_moved(call: Call, stops: Sequence[Stop]) -> bool:
    return bool(stops) and call.told_start is not None and abs(stops[0].start - call.told_start) > TINY


def _face(call: Call, nurse: int) -> float:
    return call.faces[nurse] if call.faces else 0.0


def _known_faces(day: Day, faces: Sequence[float]) -> Share:
    """Of all visits those by the named nurse or a buddy: by whoever is cheaper than the day's dearest face."""
    dearest = max((max(call.faces) for call in day.calls if call.faces), default=0.0)
    return Share.of(sum(face < dearest for face in faces), len(faces) if dearest else 0)
