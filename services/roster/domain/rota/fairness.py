"""How nights, weekend days and hours are shared: against each one's share by contracted hours, with what is owed.

It is about the rota, and never a ranking of people.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from services.roster.domain.rota.board import Board, Person, laid_out
from services.roster.domain.rota.pattern import is_weekend, paid_minutes, target_minutes
from services.roster.domain.rota.problem import Member, Problem, Roster
from services.roster.domain.rota.scored import Match
from services.roster.domain.rota.slots import slot_of
from services.roster.domain.rota.words import length_words, number_words
from services.roster.domain.share import rounded

HOUR = 60
HUNDREDTHS = 100


@dataclass(frozen=True)
class Entitled:
    """What the period needs of nights and weekend days, and the contracted minutes that share them."""

    nights: int
    weekend_days: int
    minutes: int
    night_minutes: int

    def nights_of(self, member: Member) -> Fraction | None:
        """This person's share with what is owed; None for who works no nights."""
        if not member.works_nights:
            return None
        return _share(self.nights, member.minutes_per_week, self.night_minutes, member.owed_nights)

    def weekend_days_of(self, member: Member) -> Fraction:
        return _share(self.weekend_days, member.minutes_per_week, self.minutes, member.owed_weekend_days)


@dataclass(frozen=True)
class Share:
    """One person's part of the rota beside what would be their share. Shares are in hundredths, minutes are paid ones.

    `nights_share` is None for who works no nights. What is owed from before is in the shares.
    """

    member: int
    nights: int
    nights_share: int | None
    weekend_days: int
    weekend_days_share: int
    minutes: int
    minutes_share: int


def entitled(board: Board) -> Entitled:
    """By the period's needs, so that a gap in the cover lowers nobody's share."""
    problem = board.problem
    needs = [need for need in problem.needs if need.people]
    return Entitled(
        nights=sum(need.people for need in needs if slot_of(problem, board.slots, need.day, need.code).is_night),
        weekend_days=sum(need.people for need in needs if is_weekend(problem, need.day)),
        minutes=sum(member.minutes_per_week for member in problem.members),
        night_minutes=sum(member.minutes_per_week for member in problem.members if member.works_nights),
    )


def _share(whole: int, minutes: int, of_minutes: int, owed: int) -> Fraction:
    by_hours = Fraction(whole * minutes, of_minutes) if of_minutes else Fraction(0)
    return max(Fraction(0), by_hours + Fraction(owed, HUNDREDTHS))


def nights_fair(board: Board, due: Entitled, person: Person, price: int) -> Iterator[Match]:
    """For each night more or fewer than the share, rounded to either side."""
    share = due.nights_of(person.who)
    if share is not None:
        yield from _outside(person, price, _nights(person), share, ("night", "nights"))


def weekend_fair(board: Board, due: Entitled, person: Person, price: int) -> Iterator[Match]:
    """For each weekend day more or fewer than the share, rounded to either side."""
    days = _weekend_days(board.problem, person)
    yield from _outside(person, price, days, due.weekend_days_of(person.who), ("weekend day", "weekend days"))


def _outside(
    person: Person, price: int, days: Sequence[int], share: Fraction, nouns: tuple[str, str]
) -> Iterator[Match]:
    away = max(len(days) - ceil(share), floor(share) - len(days))
    if away > 0:
        words = f"{{0}} has {number_words(len(days), *nouns)}; a share is {rounded(share, 1):g}"
        yield Match((person.index,), tuple(days), price * away, words)


def _nights(person: Person) -> list[int]:
    return [day for day, slot in person.duties.items() if day >= 0 and slot.is_night]


def _weekend_days(problem: Problem, person: Person) -> list[int]:
    return [day for day in person.duties if day >= 0 and is_weekend(problem, day)]


def shares(problem: Problem, roster: Roster) -> tuple[Share, ...]:
    """What each person has of nights, weekend days and hours, and their share. Raises what `slots` raises."""
    board = laid_out(problem, roster)
    due = entitled(board)
    return tuple(_share_of(board, due, person) for person in board.people)


def _share_of(board: Board, due: Entitled, person: Person) -> Share:
    nights = due.nights_of(person.who)
    return Share(
        member=person.index,
        nights=len(_nights(person)),
        nights_share=None if nights is None else _hundredths(nights),
        weekend_days=len(_weekend_days(board.problem, person)),
        weekend_days_share=_hundredths(due.weekend_days_of(person.who)),
        minutes=paid_minutes(person),
        minutes_share=target_minutes(board.problem, person.who),
    )


def _hundredths(share: Fraction) -> int:
    return floor(share * HUNDREDTHS + Fraction(1, 2))


def share_words(share: Share) -> str:
    """One person's part in a sentence, each with the share."""
    days = number_words(share.weekend_days, "weekend day", "weekend days")
    weekend = f"{days} of {share.weekend_days_share / HUNDREDTHS:g}"
    hours = f"{length_words(share.minutes)} of {length_words(share.minutes_share)}"
    if share.nights_share is None:
        return f"{{0}} has {weekend} and {hours}"
    nights = f"{number_words(share.nights, 'night', 'nights')} of {share.nights_share / HUNDREDTHS:g}"
    return f"{{0}} has {nights}, {weekend} and {hours}"


def night_rates(problem: Problem, roster: Roster) -> tuple[float, ...]:
    """Nights for each contracted hour a week of those who work nights. A night that somebody wanted is no burden."""
    people = laid_out(problem, roster).people
    return tuple(
        sum(not _is_wanted(person, day) for day in _nights(person)) / (person.who.minutes_per_week / HOUR)
        for person in people
        if person.who.works_nights and person.who.minutes_per_week
    )


def _is_wanted(person: Person, day: int) -> bool:
    codes = (None, person.duties[day].code)
    return any(wish.day == day and wish.code in codes for wish in person.who.wanted)


def gini(values: Iterable[float]) -> float:
    """How unevenly something is spread, from 0 (evenly) to nearly 1 (one has it all); 0 where there is nothing.

    Over one period it says more of the pattern of blocks than of fairness: twelve weeks are the least to show it for.
    """
    ordered = sorted(values)
    total, count = sum(ordered), len(ordered)
    if not total:
        return 0.0
    return sum((2 * rank - count - 1) * value for rank, value in enumerate(ordered, 1)) / (count * total)
