"""A plan taken apart again, so that a search can go on from it: the order of its visits, their crews and the breaks."""

from collections.abc import Sequence
from itertools import pairwise

from services.roster.domain.rounds.day import Day, Nurse, Plan, Stop
from services.roster.domain.rounds.decode import TINY, Draft


def draft_of(day: Day, plan: Plan) -> Draft:
    """The order, crews and breaks that decode to this plan, or to one as good where it left time unused.

    Where sequential hands cross (each of two nurses comes first to one of two visits) no order gives the plan back;
    the visit that starts first is then taken first.
    """
    crews: list[dict[int, int]] = [{} for _ in day.calls]
    for stop in plan.stops:
        crews[stop.call][stop.hand] = stop.nurse
    rounds = [
        sorted((stop for stop in plan.stops if stop.nurse == index), key=lambda stop: stop.start)
        for index in range(len(day.nurses))
    ]
    return Draft(
        order=_one_order(rounds),
        crews=tuple(tuple(crew[hand] for hand in sorted(crew)) for crew in crews),
        rests=tuple(_rest_in(day, nurse, stops) for nurse, stops in zip(day.nurses, rounds, strict=True)),
    )


def _one_order(rounds: Sequence[Sequence[Stop]]) -> tuple[int, ...]:
    """All visits in one order that agrees with the order of each round: of those that may come next, the earliest."""
    starts: dict[int, float] = {}
    before: dict[int, set[int]] = {}
    for round_ in rounds:
        for stop in round_:
            starts[stop.call] = min(stop.start, starts.get(stop.call, stop.start))
            before.setdefault(stop.call, set())
        for one, following in pairwise(round_):
            before[following.call].add(one.call)
    order: list[int] = []
    while starts:
        ready = [call for call in starts if not before[call] & starts.keys()]
        chosen = min(ready or starts, key=lambda call: (starts[call], call))
        del starts[chosen]
        order.append(chosen)
    return tuple(order)


def _rest_in(day: Day, nurse: Nurse, stops: Sequence[Stop]) -> float:
    """When the first gap that serves as a break begins; infinite where there is none, or it is before the way home."""
    rest = nurse.rest
    if rest is None:
        return float("inf")
    free, place = nurse.start, nurse.from_place
    for stop in stops:
        call = day.calls[stop.call]
        gap = stop.start - free - day.travel[place][call.place]
        if gap >= rest.minutes - TINY and rest.gap_from <= free <= rest.gap_until - rest.minutes:
            return free
        free, place = stop.start + call.hands[stop.hand].minutes, call.place
    return float("inf")
