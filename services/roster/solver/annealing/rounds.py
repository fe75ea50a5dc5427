"""Timed rounds that know at once what a change of them costs: only the nurses whom it touches are timed anew.

The meaning is that of `domain.rounds.decode` with the prices of `domain.rounds.referee`; tests hold all three equal.
Visits stand in one order. A nurse is touched when a visit of hers is moved or begins at another time, and no more as
soon as she is free when she was before; the visits of all others are passed over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.roster.domain.rounds.day import Day, Plan
from services.roster.domain.rounds.decode import TINY, Draft, decode, earliest, in_step
from services.roster.domain.rounds.draft import draft_of
from services.roster.solver.annealing.limits import NEVER, held_until, is_rest, rest_of, with_rest

# The price of a minute by which a pinned visit cannot be reached. It outweighs all else, so that no search keeps it.
PIN = 100_000.0

# A nurse before a visit: free from, had her break, minutes on the way. And after it: free from, had her break.
Leg = tuple[float, bool, float]
After = tuple[float, bool]


@dataclass(slots=True)
class Change:
    """Another order, the first and last place in it that differ, and the nurses whose rounds it alters.

    Crews and breaks stand already as they would be. `taken` are visits that it serves and the order before did not,
    `left` those that it leaves out.
    """

    order: list[int]
    first: int
    last: int
    nurses: Iterable[int]
    taken: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


class Rounds:
    """The rounds of a day: who makes which visit in which order, and what that costs."""

    def __init__(self, day: Day, draft: Draft) -> None:
        calls, nurses = day.calls, day.nurses
        self.day = day
        self.order, self.rests = list(draft.order), list(draft.rests)
        self.at = [-1] * len(calls)
        self._lay_out(day)
        self.crew: list[tuple[int, ...]] = [() for _ in calls]
        # The nurse of a visit with one hand; -1 where it has more, or is pinned.
        self.solo = [-1] * len(calls)
        for number, (call, crew) in enumerate(zip(calls, draft.crews, strict=True)):
            self.set_crew(number, call.pinned[0] if call.pinned else crew)
        self._after: list[After] = [(-1.0, False)] * len(calls)
        self._afters: list[Sequence[After]] = [[(-1.0, False)] * len(call.hands) for call in calls]
        self._legs: list[Sequence[Leg]] = [()] * len(calls)
        self._free, self._rested = [0.0] * len(nurses), [False] * len(nurses)
        self._place, self._touched = [0] * len(nurses), set[int]()
        self.retime()

    def _lay_out(self, day: Day) -> None:
        """What the timing needs of each call and nurse, where it is found fast."""
        calls, keeps = day.calls, day.prices.moved > 0
        told = [NEVER if call.told_start is None or not keeps else call.told_start for call in calls]
        self._opens = [earliest(call, keeps_told=keeps) for call in calls]
        self._edge = [min(call.window[1], time) for call, time in zip(calls, told, strict=True)]
        self._facts = [
            (opens, edge, call.hands[0].minutes, call.place)
            for call, opens, edge in zip(calls, self._opens, self._edge, strict=True)
        ]
        self._plain = [len(call.hands) == 1 and call.pinned is None for call in calls]
        self._faces = [[call.faces[nurse] if call.faces else 0.0 for call in calls] for nurse in range(len(day.nurses))]
        self._rest = [rest_of(nurse) for nurse in day.nurses]
        self._rest_from = [rest_from for _, rest_from, _ in self._rest]
        self._start, self._until = held_until(day)
        # A nurse who has made no visit yet stands at a place of her own, after all others.
        self._places = len(day.travel)
        self._travel = [*day.travel, *(day.travel[nurse.from_place] for nurse in day.nurses)]

    def set_crew(self, call: int, crew: tuple[int, ...]) -> None:
        """Lets these nurses make the visit. The cost follows with the next trial."""
        self.crew[call] = crew
        self.solo[call] = crew[0] if crew and self._plain[call] else -1

    def retime(self) -> None:
        """Times every round from the start, so that sums of many small differences stay exact."""
        count = len(self.day.calls)
        self._cost, self._over, self._home = [0.0] * count, [0.0] * count, [0.0] * len(self.day.nurses)
        self.total = sum(call.drop for call, crew in zip(self.day.calls, self.crew, strict=True) if not crew)
        self._worst = 0.0
        everybody = range(len(self.day.nurses))
        self.keep(self.trial(Change(self.order, 0, len(self.order), everybody)))

    def sort(self) -> None:
        """Lets the order be that of the times, so that what is near in the one is near in the other."""
        self.order = list(draft_of(self.day, self.plan()).order)
        self.retime()

    def trial(self, change: Change) -> float:
        """The total cost of the day with this change."""
        self._change = change
        self._told: list[tuple[int, After, float]] = []
        self._met: list[tuple[int, Sequence[Leg], Sequence[After], float]] = []
        self._late: dict[int, float] = {}
        self._begin(change)
        more = self._run(change.order, change.first, change.last)
        self._homes = [(nurse, self._way_home(nurse)) for nurse in self._touched]
        for nurse, cost in self._homes:
            more += cost - self._home[nurse]
        calls = self.day.calls
        for call in change.taken:
            more -= calls[call].drop
        for call in change.left:
            more += calls[call].drop - self._cost[call]
        if self.day.prices.worst_late:
            self._new_worst = self._worst_of_trial()
            more += (self._new_worst - self._worst) * self.day.prices.worst_late
        return self.total + more

    def keep(self, total: float) -> None:
        """Lets the last trial be the rounds from now on."""
        change, at = self._change, self.at
        order = self.order = change.order
        for index in range(change.first, len(order)):
            at[order[index]] = index
        for call, after, cost in self._told:
            self._after[call], self._cost[call] = after, cost
        for call, legs, afters, cost in self._met:
            self._legs[call], self._afters[call], self._cost[call] = legs, afters, cost
        for nurse, cost in self._homes:
            self._home[nurse] = cost
        for call in change.left:
            self._cost[call], at[call] = 0.0, -1
        if self.day.prices.worst_late:
            self._over, self._worst = self._new_over, self._new_worst
        self.total = total

    def plan(self) -> Plan:
        """These rounds as the decoder times them."""
        return decode(self.day, self.order, self.crew, self.rests)

    def _begin(self, change: Change) -> None:
        """Where each altered nurse stands before the first place that differs."""
        order, crew, solo, facts = change.order, self.crew, self.solo, self._facts
        self._touched = set(change.nurses)
        for nurse in self._touched:
            self._place[nurse] = self._places + nurse
            self._free[nurse], self._rested[nurse] = self._start[nurse], self.day.nurses[nurse].rest is None
            for index in range(change.first - 1, -1, -1):
                call = order[index]
                if solo[call] == nurse:
                    self._place[nurse], (self._free[nurse], self._rested[nurse]) = facts[call][3], self._after[call]
                    break
                if solo[call] < 0 and nurse in crew[call]:
                    after = self._afters[call][crew[call].index(nurse)]
                    self._place[nurse], (self._free[nurse], self._rested[nurse]) = facts[call][3], after
                    break

    def _run(self, order: list[int], first: int, last: int) -> float:
        """Times the visits of touched nurses from the first place on, and returns by how much they cost more."""
        touched, free, place, rested, pay = self._touched, self._free, self._place, self._rested, self.day.prices.travel
        solo, crews, facts, travel, rest_from = self.solo, self.crew, self._facts, self._travel, self._rest_from
        more = 0.0
        for index in range(first, len(order)):
            call = order[index]
            nurse = solo[call]
            if nurse in touched:
                opens, edge, minutes, there = facts[call]
                way, begun, has_rested = travel[place[nurse]][there], free[nurse], rested[nurse]
                if has_rested or begun < rest_from[nurse]:
                    start = begun + way
                    start = start if start > opens else opens
                else:
                    start, has_rested = with_rest(begun, way, opens, *self._rest[nurse], self.rests[nurse])
                cost = way * pay + self._faces[nurse][call] + (self._overdue(call, start, 0) if start > edge else 0.0)
                now = free[nurse], rested[nurse] = (start + minutes, has_rested)
                place[nurse] = there
                self._told.append((call, now, cost))
                more += cost - self._cost[call]
                if index > last and now == self._after[call]:
                    touched.discard(nurse)
            elif nurse < 0 and not touched.isdisjoint(crews[call]):
                more += self._meet(call, index > last)
            elif index >= last and not touched:
                break
        return more

    def _meet(self, call: int, settled: bool) -> float:
        """Times a visit with several hands, or a pinned one, where a nurse of it is touched."""
        crew, touched, spec, kept = self.crew[call], self._touched, self.day.calls[call], self._legs[call]
        legs = [self._leg(one, spec.place) if one in touched else kept[hand] for hand, one in enumerate(crew)]
        if spec.pinned is None:
            starts = in_step([self._reach(call, *pair) for pair in zip(crew, legs, strict=True)], spec.apart)
        else:
            starts = [spec.pinned[1] + hand * spec.apart[0] for hand in range(len(crew))]
        cost, old, nows = self._faces[crew[0]][call] + self._missed(call, legs), self._afters[call], []
        for hand, nurse in enumerate(crew):
            (free, rested, way), start = legs[hand], starts[hand]
            rested = rested or is_rest(free, start - free - way, *self._rest[nurse])
            ends = start + spec.hands[hand].minutes
            now = (min(ends, self._until[call, hand]) if spec.pinned else ends, rested)
            nows.append(now)
            cost += way * self.day.prices.travel
            if start > self._edge[call] or spec.pinned is not None:
                cost += self._overdue(call, start, hand)
            if now != old[hand] or not (settled or nurse not in touched):
                touched.add(nurse)
                (self._free[nurse], self._rested[nurse]), self._place[nurse] = now, spec.place
            else:
                touched.discard(nurse)
        self._met.append((call, legs, nows, cost))
        return cost - self._cost[call]

    def _leg(self, nurse: int, there: int) -> Leg:
        return self._free[nurse], self._rested[nurse], self._travel[self._place[nurse]][there]

    def _reach(self, call: int, nurse: int, leg: Leg) -> float:
        free, rested, way = leg
        if rested:
            return max(free + way, self._opens[call])
        return with_rest(free, way, self._opens[call], *self._rest[nurse], self.rests[nurse])[0]

    def _missed(self, call: int, legs: Sequence[Leg]) -> float:
        """The price of coming too late to a pinned visit."""
        pinned = self.day.calls[call].pinned
        if pinned is None:
            return 0.0
        return PIN * sum(max(0.0, free + way - pinned[1] - TINY) for free, _, way in legs)

    def _overdue(self, call: int, start: float, hand: int) -> float:
        """The price of a stop that is late, or at another time than told."""
        spec, prices, cost = self.day.calls[call], self.day.prices, 0.0
        over = start - spec.window[1]
        if over > 0:
            cost = over * prices.late
            self._late[call] = max(self._late.get(call, 0.0), over)
        if hand == 0 and spec.told_start is not None and abs(start - spec.told_start) > TINY:
            cost += prices.moved
        return cost

    def _way_home(self, nurse: int) -> float:
        """The price of the way home, of overtime, and of a day without a break; nothing for who makes no visit."""
        if self._place[nurse] >= self._places:
            return 0.0
        prices, person = self.day.prices, self.day.nurses[nurse]
        way = self._travel[self._place[nurse]][person.to_place]
        ends = self._free[nurse] + way
        cost = way * prices.travel + max(0.0, ends - person.end) * prices.overtime
        if not self._rested[nurse] and ends + self._rest[nurse][0] > person.end + TINY:
            cost += prices.no_break
        return cost

    def _worst_of_trial(self) -> float:
        self._new_over = over = self._over[:]
        for call, _, _ in self._told:
            over[call] = self._late.get(call, 0.0)
        for call, _, _, _ in self._met:
            over[call] = self._late.get(call, 0.0)
        for call in self._change.left:
            over[call] = 0.0
        return max(over, default=0.0)
