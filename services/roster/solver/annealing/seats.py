"""Where one more visit could go: every able nurse at every place of her round, with what it would cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from services.roster.domain.rounds.decode import is_able
from services.roster.solver.annealing.rounds import Change, Rounds

MOST_TRIALS = 1500


@dataclass(frozen=True, order=True)
class Seat:
    """A crew and a place in the order for one visit, and the total cost of the day with it."""

    total: float
    crew: tuple[int, ...]
    to: int


def seats(rounds: Rounds, call: int, most_trials: int = MOST_TRIALS) -> list[Seat]:
    """The places for a visit that is not served, the cheapest first; none where nobody is able.

    At most so many are tried. Of the crews for several hands an even part is, where they are too many.
    """
    found = []
    for crew, to in islice(_ways(rounds, call, most_trials), most_trials):
        rounds.set_crew(call, crew)
        found.append(Seat(rounds.trial(_with(rounds, call, crew, to)), crew, to))
    rounds.set_crew(call, ())
    return sorted(found)


def seat(rounds: Rounds, call: int, best: Seat) -> None:
    """Lets the visit have this place from now on."""
    rounds.set_crew(call, best.crew)
    rounds.keep(rounds.trial(_with(rounds, call, best.crew, best.to)))


def fill(rounds: Rounds, calls: Sequence[int]) -> None:
    """Serves the visits that are left out, one after the other where it costs least and less than leaving it out."""
    for call in sorted(calls, key=lambda number: rounds.day.calls[number].window[::-1]):
        ways = seats(rounds, call, most_trials=300)
        if ways and ways[0].total < rounds.total:
            seat(rounds, call, ways[0])


def _with(rounds: Rounds, call: int, crew: tuple[int, ...], to: int) -> Change:
    return Change([*rounds.order[:to], call, *rounds.order[to:]], to, to, crew, taken=(call,))


def _ways(rounds: Rounds, call: int, most: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Each able crew, first and behind each visit of one of its nurses."""
    spec = rounds.day.calls[call]
    crews = [crew for crew in product(*(hand.able for hand in spec.hands)) if is_able(spec, crew)]
    if len(spec.hands) > 1:
        crews = _spread(crews, most // 12)
    for crew in crews:
        own = set(crew)
        yield crew, 0
        yield from ((crew, at + 1) for at, other in enumerate(rounds.order) if own & set(rounds.crew[other]))


def _spread(crews: list[tuple[int, ...]], most: int) -> list[tuple[int, ...]]:
    """Not more than so many, evenly out of all, so that each nurse is among them."""
    if len(crews) <= most:
        return crews
    return [crews[index * len(crews) // most] for index in range(most)]
