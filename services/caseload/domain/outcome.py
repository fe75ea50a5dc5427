"""Omaha outcomes: how knowledge, behaviour and status changed. The three are never averaged into one score."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from services.caseload.domain.omaha import Occasion

SCALES = ("knowledge", "behavior", "status")


Scores = tuple[int, int, int]


@dataclass(frozen=True)
class RatedProblem:
    """One rating with its problem, as the store lists them: by problem, oldest first."""

    problem_id: UUID
    client_id: UUID
    code: str
    occasion: str
    scores: Scores


@dataclass(frozen=True)
class Pair:
    """An admission rating of one problem and the latest one after it. The latest beats earlier ones."""

    client_id: UUID
    before: Scores
    after: Scores


@dataclass(frozen=True)
class Outcome:
    """The pairs of one scale. How many went which way is for the team: one of few tells of a person."""

    scale: str
    pairs: int
    at_admission: float
    later: float
    change: float
    improved: int | None
    same: int | None
    worse: int | None


def paired(ratings: Iterable[RatedProblem]) -> dict[str, list[Pair]]:
    """The pairs of all problems that have both ratings, by problem code."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for _, of_one in groupby(ratings, key=lambda rating: rating.problem_id):
        history = list(of_one)
        first = next((rating for rating in history if rating.occasion == Occasion.ADMISSION), None)
        later = [rating for rating in history if rating.occasion != Occasion.ADMISSION]
        if first is not None and later:
            found[first.code].append(Pair(first.client_id, first.scores, later[-1].scores))
    return dict(found)


def clients_of(pairs: Iterable[Pair]) -> int:
    return len({pair.client_id for pair in pairs})


def outcomes(pairs: Sequence[Pair], *, with_directions: bool) -> list[Outcome]:
    changes = [(scale, [(p.before[i], p.after[i]) for p in pairs]) for i, scale in enumerate(SCALES)]
    return [_outcome(scale, found, with_directions) for scale, found in changes]


def _outcome(scale: str, pairs: list[tuple[int, int]], with_directions: bool) -> Outcome:
    before, after = _mean([a for a, _ in pairs]), _mean([b for _, b in pairs])
    directions = [(b > a) - (b < a) for a, b in pairs]
    improved, same, worse = (directions.count(way) if with_directions else None for way in (1, 0, -1))
    return Outcome(
        scale=scale,
        pairs=len(pairs),
        at_admission=round(float(before), 2),
        later=round(float(after), 2),
        change=round(float(after - before), 2),
        improved=improved,
        same=same,
        worse=worse,
    )


def _mean(values: list[int]) -> Fraction:
    return Fraction(sum(values), len(values))
