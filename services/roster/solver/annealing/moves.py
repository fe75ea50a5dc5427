"""The changes that the annealer tries: a visit beside a near one, two exchanged, the ends of two rounds, a break."""

from bisect import bisect_left
from collections.abc import Iterable
from random import Random

from services.roster.domain.rounds.day import Call, Day
from services.roster.domain.rounds.decode import is_able
from services.roster.solver.annealing.limits import NEVER
from services.roster.solver.annealing.rounds import Change, Rounds

NEIGHBOURS = 30
# How far in the order a visit with several hands is moved where it goes beside no other.
NEARBY = 12
RESTS, ANYWHERE = 0.06, 0.05

Crew = tuple[int, ...]


class Moves:
    """Draws one change of the rounds at a time. It stands in the rounds' crews and breaks until it is undone."""

    def __init__(self, rounds: Rounds, random: Random) -> None:
        self._rounds, self._random, day = rounds, random.random, rounds.day
        self.free = [
            number
            for number, call in enumerate(day.calls)
            if call.pinned is None and all(hand.able for hand in call.hands)
        ]
        self._near = {number: _near(day, number, self.free) for number in self.free}
        self._resting = [number for number, nurse in enumerate(day.nurses) if nurse.rest is not None]
        self._crews: list[tuple[int, Crew]] = []
        self._old_rest: tuple[int, float] | None = None

    def draw(self) -> Change | None:
        """A random change, or None where it would alter nothing or is not allowed."""
        self._crews, self._old_rest = [], None
        luck = self._random()
        if self._resting and luck < RESTS:
            return self._move_rest()
        call = self.free[int(self._random() * len(self.free))]
        if not self._rounds.crew[call]:
            return self._take_on(call)
        if len(self._rounds.day.calls[call].hands) > 1:
            return self._move_several(call)
        return KINDS[bisect_left(SHARES, luck)](self, call)

    def undo(self) -> None:
        """Takes the last change back."""
        for call, crew in reversed(self._crews):
            self._rounds.set_crew(call, crew)
        if self._old_rest is not None:
            self._rounds.rests[self._old_rest[0]] = self._old_rest[1]

    def _set(self, call: int, crew: Crew) -> None:
        self._crews.append((call, self._rounds.crew[call]))
        self._rounds.set_crew(call, crew)

    def _move_rest(self) -> Change:
        nurse = self._resting[int(self._random() * len(self._resting))]
        rest = self._rounds.day.nurses[nurse].rest
        self._old_rest = nurse, self._rounds.rests[nurse]
        if rest is None or self._random() < 0.2:
            self._rounds.rests[nurse] = NEVER
        else:
            self._rounds.rests[nurse] = rest.gap_from + self._random() * (rest.gap_until - rest.minutes - rest.gap_from)
        return Change(self._rounds.order, 0, len(self._rounds.order), (nurse,))

    def _beside(self, call: int) -> tuple[int, int] | None:
        """A nurse, and a place in the order beside a visit of hers near this one; at times any nurse at any place."""
        rounds, random, near = self._rounds, self._random, self._near[call]
        if not near or random() < ANYWHERE:
            return int(random() * len(rounds.day.nurses)), int(random() * (len(rounds.order) + 1))
        other = near[int(random() ** 2 * len(near))]
        crew = rounds.crew[other]
        if not crew:
            return None
        nurse = crew[0] if len(crew) == 1 else crew[int(random() * len(crew))]
        return nurse, rounds.at[other] + (random() < 0.5)

    def _move_beside(self, call: int) -> Change | None:
        found = self._beside(call)
        if found is None or found[0] not in self._rounds.day.calls[call].hands[0].able:
            return None
        return self._put(call, found[1], (found[0],))

    def _move_several(self, call: int) -> Change | None:
        """A visit with several hands: another time in the order, another nurse for one hand, or both."""
        found, rounds, luck = self._beside(call), self._rounds, self._random()
        if found is None:
            return None
        crew, to = rounds.crew[call], found[1]
        if luck < 0.6:
            crew = self._with_hand(call, found[0])
        if luck < 0.2:
            to = rounds.at[call]
        elif luck > 0.8:
            to = min(len(rounds.order), max(0, rounds.at[call] + int((self._random() - 0.5) * 2 * NEARBY)))
        return self._put(call, to, crew) if is_able(rounds.day.calls[call], crew) else None

    def _with_hand(self, call: int, nurse: int) -> Crew:
        """The crew with this nurse as one of its hands; where she is one of them already, as another of them."""
        crew = list(self._rounds.crew[call])
        hand = int(self._random() * len(crew))
        if nurse in crew:
            crew[crew.index(nurse)] = crew[hand]
        crew[hand] = nurse
        return tuple(crew)

    def _put(self, call: int, to: int, crew: Crew) -> Change | None:
        """Moves a visit before what stands at a place now, and gives it a crew."""
        rounds, was = self._rounds, self._rounds.at[call]
        old = rounds.crew[call]
        to -= to > was
        if to == was and crew == old:
            return None
        order = rounds.order[:]
        order.insert(to, order.pop(was))
        if crew != old:
            self._set(call, crew)
            old = (*old, *crew)
        return Change(order, min(to, was), max(to, was), old)

    def _take_on(self, call: int) -> Change | None:
        """Tries to serve a visit that is left out."""
        spec, found, rounds = self._rounds.day.calls[call], self._beside(call), self._rounds
        if found is None:
            return None
        crew = [hand.able[int(self._random() * len(hand.able))] for hand in spec.hands]
        crew[int(self._random() * len(crew))] = found[0]
        if not is_able(spec, crew):
            return None
        self._set(call, tuple(crew))
        return Change(
            [*rounds.order[: found[1]], call, *rounds.order[found[1] :]], found[1], found[1], crew, taken=(call,)
        )

    def _leave_out(self, call: int) -> Change:
        rounds, was = self._rounds, self._rounds.at[call]
        crew = rounds.crew[call]
        self._set(call, ())
        return Change([*rounds.order[:was], *rounds.order[was + 1 :]], was, was, crew, left=(call,))

    def _swap(self, call: int) -> Change | None:
        """Two visits take each other's place."""
        near, rounds = self._near[call], self._rounds
        if not near:
            return None
        other = near[int(self._random() ** 2 * len(near))]
        mine, theirs = rounds.crew[call], rounds.crew[other]
        if len(theirs) != 1 or not self._may(call, theirs[0]) or not self._may(other, mine[0]):
            return None
        order, one, two = rounds.order[:], rounds.at[call], rounds.at[other]
        order[one], order[two] = other, call
        self._set(call, theirs)
        self._set(other, mine)
        return Change(order, min(one, two), max(one, two), {*mine, *theirs})

    def _move_pair(self, call: int) -> Change | None:
        """A visit and the next one of its nurse go together beside another."""
        rounds, found = self._rounds, self._beside(call)
        mine, one = rounds.crew[call][0], rounds.at[call]
        two = next((at for at in range(one + 1, len(rounds.order)) if mine in rounds.crew[rounds.order[at]]), None)
        if found is None or two is None:
            return None
        nurse, to = found
        second = rounds.order[two]
        if len(rounds.crew[second]) > 1 or not (self._may(call, nurse) and self._may(second, nurse)):
            return None
        order = rounds.order[:]
        del order[two], order[one]
        to -= (to > one) + (to > two)
        order[to:to] = [call, second]
        self._set(call, (nurse,))
        self._set(second, (nurse,))
        return Change(order, min(to, one), max(to + 1, two), {mine, nurse})

    def _swap_tails(self, call: int) -> Change | None:
        """Two nurses take over from each other all that comes after one time."""
        found, rounds = self._beside(call), self._rounds
        mine, first = rounds.crew[call][0], rounds.at[call] + 1
        if found is None or found[0] == mine:
            return None
        names = {mine: found[0], found[0]: mine}
        seats = []
        for other in rounds.order[first:]:
            crew = rounds.crew[other]
            if (mine in crew) != (found[0] in crew) and rounds.day.calls[other].pinned is None:
                new = tuple([names.get(nurse, nurse) for nurse in crew])
                if not is_able(rounds.day.calls[other], new):
                    return None
                seats.append((other, new))
        for seat in seats:
            self._set(*seat)
        return Change(rounds.order, first, len(rounds.order), names) if seats else None

    def _may(self, call: int, nurse: int) -> bool:
        spec = self._rounds.day.calls[call]
        return len(spec.hands) == 1 and spec.pinned is None and nurse in spec.hands[0].able


# What is tried for a visit with one hand, and up to which luck; what is below RESTS moves a break.
KINDS = (Moves._move_beside, Moves._swap, Moves._move_pair, Moves._swap_tails, Moves._leave_out)
SHARES = (0.6, 0.78, 0.88, 0.998, 1.0)


def _near(day: Day, number: int, others: Iterable[int]) -> list[int]:
    """The visits that one could well be done before or after, the nearest first."""
    call = day.calls[number]
    ranked = sorted((_apart(day, call, day.calls[other]), other) for other in others if other != number)
    return [other for _, other in ranked[:NEIGHBOURS]]


def _apart(day: Day, one: Call, other: Call) -> float:
    return min(_lost(day, one, other), _lost(day, other, one))


def _lost(day: Day, first: Call, second: Call) -> float:
    """Minutes on the way, in waiting and in lateness that cannot be helped where one visit follows the other."""
    way = day.travel[first.place][second.place]
    taken = first.hands[0].minutes + way
    waits = max(0.0, second.window[0] - first.window[1] - taken)
    late = max(0.0, first.window[0] + taken - second.window[1])
    return way + 0.3 * waits + 3 * late
