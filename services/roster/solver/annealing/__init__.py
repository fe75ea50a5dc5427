"""Simulated annealing of one day's rounds, in Python alone: from nothing, or from the plan of now with little heat."""

from collections.abc import Callable
from math import exp
from random import Random

from services.roster.domain.rounds.day import Day, Plan
from services.roster.domain.rounds.decode import Draft, decode, middle_of_rest
from services.roster.domain.rounds.draft import draft_of
from services.roster.solver.annealing.limits import NEVER
from services.roster.solver.annealing.moves import Moves
from services.roster.solver.annealing.rounds import Rounds
from services.roster.solver.annealing.seats import fill

HOT, COLD = 40.0, 0.3
# Changes between two looks at the clock, and looks between two sortings of the order by time.
CHANGES, LOOKS = 64, 64


def anneal(
    day: Day,
    seconds: float,
    *,
    seed: int,
    clock: Callable[[], float],
    start: Plan | None = None,
    hot: float = HOT,
    cold: float = COLD,
    tell: Callable[[Plan], None] | None = None,
) -> Plan:
    """The best plan found within so many seconds of `clock`, never dearer than `start` as the decoder times it.

    Who wants to stop it lets the clock say infinity.

    `hot` and `cold` are the first and the last heat, in points of cost: a change for the worse by as much as the heat
    is taken 37 times in 100. For a re-planning of the day begin at about 1, so that little moves without reason. Visits
    that nobody is able to make, or that cost less left out, are in the plan's `unserved`. `tell` hears of a better plan
    at most twice a second.
    """
    begun, random = clock(), Random(seed)  # noqa: S311 - a search, no secret
    search, looks = _Search(day, start, random), 0
    while search.moves.free and seconds > 0:
        spent = (clock() - begun) / seconds
        # Nor is it less where the clock has said infinity from the first.
        if not spent < 1:
            break
        search.go_on(hot * (cold / hot) ** spent)
        looks += 1
        if looks % LOOKS == 0:
            search.rounds.sort()
            search.tell(tell, clock())
    return search.best()


class _Search:
    """Where the annealing stands, and the best that it has seen."""

    def __init__(self, day: Day, start: Plan | None, random: Random) -> None:
        self.rounds = Rounds(day, _begin(day, start))
        self.moves = Moves(self.rounds, random)
        self._random = random.random
        self._told, self._told_at = NEVER, -NEVER
        fill(self.rounds, [call for call in self.moves.free if not self.rounds.crew[call]])
        self._remember()

    def go_on(self, heat: float) -> None:
        """Tries some changes at one heat."""
        rounds, moves, random = self.rounds, self.moves, self._random
        for _ in range(CHANGES):
            change = moves.draw()
            if change is None:
                continue
            total = rounds.trial(change)
            if total <= rounds.total or random() < exp((rounds.total - total) / heat):
                rounds.keep(total)
                if total < self._least - 1e-9:
                    self._remember()
            else:
                moves.undo()

    def tell(self, tell: Callable[[Plan], None] | None, now: float) -> None:
        """Tells of the best plan, where it is a new one and the last was told half a second ago."""
        if tell is not None and self._least < self._told and now >= self._told_at + 0.5:
            self._told, self._told_at = self._least, now
            tell(self.best())

    def best(self) -> Plan:
        """The cheapest plan of all."""
        return decode(self.rounds.day, *self._best)

    def _remember(self) -> None:
        self._least = self.rounds.total
        self._best = self.rounds.order, self.rounds.crew[:], self.rounds.rests[:]


def _begin(day: Day, start: Plan | None) -> Draft:
    """The draft of the first plan, with every pinned visit in its place."""
    known = draft_of(day, start or Plan(()))
    rests = known.rests if start else tuple(middle_of_rest(nurse) for nurse in day.nurses)
    pinned = draft_of(day, decode(day, known.order, known.crews, rests))
    return Draft(pinned.order, pinned.crews, rests)
