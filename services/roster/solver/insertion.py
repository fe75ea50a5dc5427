"""What if we took her on: where one more visit fits into a day's plan, with whom, when, and what that changes."""

from dataclasses import dataclass

from services.roster.domain.rounds.day import Cost, Day, Plan
from services.roster.domain.rounds.decode import Draft, decode, middle_of_rest
from services.roster.domain.rounds.draft import draft_of
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing.rounds import Rounds
from services.roster.solver.annealing.seats import Seat, seats


@dataclass(frozen=True)
class Insertion:
    """One way to take a visit into a plan.

    `nurses` are those of its hands, by index, `start` the minute at which the first begins. `delta_total` is what the
    day costs more, `delta_travel` the minutes more on the road; `faces` is the price of the first nurse for the client.
    `plan` is the day with the visit in it.
    """

    nurses: tuple[int, ...]
    start: float
    delta_total: float
    delta_travel: float
    faces: float
    plan: Plan


def insertions(day: Day, plan: Plan, call: int, most: int = 5) -> tuple[Insertion, ...]:
    """The cheapest ways to serve this visit by the nurses who are able, at most so many, each with another crew.

    None where nobody is able. All other visits keep their nurses and their order; their times give way as far as it
    takes. Every place in the round of every able nurse is tried, and at most 1500.
    """
    known = draft_of(day, plan)
    draft = Draft(
        order=tuple(number for number in known.order if number != call),
        crews=tuple(() if number == call else crew for number, crew in enumerate(known.crews)),
        rests=known.rests,
    )
    before = evaluate(day, decode(day, draft.order, draft.crews, draft.rests))
    best: dict[tuple[int, ...], Seat] = {}
    for seat in seats(Rounds(day, draft), call):
        best.setdefault(seat.crew, seat)
    cheapest = list(best.values())[:most]
    found = [_insertion(day, call, before, _with(day, draft, call, seat)) for seat in cheapest]
    return tuple(sorted(found, key=lambda one: one.delta_total))


def _with(day: Day, draft: Draft, call: int, seat: Seat) -> Plan:
    """The day with the visit in that place. Its nurses have their break in the middle, where that is cheaper now."""
    crews = [seat.crew if number == call else crew for number, crew in enumerate(draft.crews)]
    order = [*draft.order[: seat.to], call, *draft.order[seat.to :]]
    middle = [middle_of_rest(nurse) if at in seat.crew else draft.rests[at] for at, nurse in enumerate(day.nurses)]
    plans = [decode(day, order, crews, rests) for rests in (draft.rests, middle)]
    return min(plans, key=lambda plan: evaluate(day, plan).total)


def _insertion(day: Day, call: int, before: Cost, plan: Plan) -> Insertion:
    spec, cost = day.calls[call], evaluate(day, plan)
    stops = sorted((stop for stop in plan.stops if stop.call == call), key=lambda stop: stop.hand)
    return Insertion(
        nurses=tuple(stop.nurse for stop in stops),
        start=stops[0].start,
        # The day before left the visit out, and paid for that.
        delta_total=cost.total - before.total + spec.drop,
        delta_travel=cost.travel - before.travel,
        faces=spec.faces[stops[0].nurse] if spec.faces else 0.0,
        plan=plan,
    )
