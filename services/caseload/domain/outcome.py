"""Omaha outcomes: how knowledge, behaviour and status changed. The three are never averaged into one score."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from services.caseload.domain.omaha import Occasion

SCALES = ("knowledge", "behavior", "status")


@dataclass(frozen=True)
class RatedProblem:
    """One rating with its problem, as the store lists them: by problem, oldest first."""

    problem_id: UUID
    code: str
    occasion: str
    scores: tuple[int, int, int]


@dataclass(frozen=True)
class Outcome:
    """The pairs of one scale: an admission rating and the latest one after it, of the same problem."""

    scale: str
    pairs: int
    at_admission: float
    later: float
    change: float
    improved: int
    same: int
    worse: int


def paired(ratings: Iterable[RatedProblem]) -> dict[str, list[tuple[tuple[int, int, int], tuple[int, int, int]]]]:
    """Admission and latest scores of each problem that has both, by problem code. The latest beats earlier ones."""
    found: dict[str, list[tuple[tuple[int, int, int], tuple[int, int, int]]]] = defaultdict(list)
    for _, of_one in groupby(ratings, key=lambda rating: rating.problem_id):
        history = list(of_one)
        first = next((rating for rating in history if rating.occasion == Occasion.ADMISSION), None)
        later = [rating for rating in history if rating.occasion != Occasion.ADMISSION]
        if first is not None and later:
            found[first.code].append((first.scores, later[-1].scores))
    return dict(found)


def outcomes(pairs: Sequence[tuple[tuple[int, int, int], tuple[int, int, int]]]) -> list[Outcome]:
    return [_outcome(scale, [(a[i], b[i]) for a, b in pairs]) for i, scale in enumerate(SCALES)]


def _outcome(scale: str, pairs: list[tuple[int, int]]) -> Outcome:
    before, after = _mean([a for a, _ in pairs]), _mean([b for _, b in pairs])
    return Outcome(
        scale=scale,
        pairs=len(pairs),
        at_admission=round(float(before), 2),
        later=round(float(after), 2),
        change=round(float(after - before), 2),
        improved=sum(b > a for a, b in pairs),
        same=sum(b == a for a, b in pairs),
        worse=sum(b < a for a, b in pairs),
    )


def _mean(values: list[int]) -> Fraction:
    return Fraction(sum(values), len(values))
