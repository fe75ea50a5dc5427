"""The score of a roster: the one place that says what it costs and which rules it breaks, with no solver in sight.

A solver's objective equals these points; an edit, a swap and a proposal are judged alike.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from services.roster.domain.rota import agreement, cover, fairness, law, pattern
from services.roster.domain.rota.board import Board, Person, laid_out
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.scored import Breach, Code, Match, Rule, Score

OF_A_TEAM: dict[Code, Callable[[Board, Collection[int], int], Iterator[Match]]] = {
    Code.COVER_SHORT: cover.cover_short,
    Code.COVER_OVER: cover.cover_over,
}
OF_A_SHARE: dict[Code, Callable[[Board, fairness.Entitled, Person, int], Iterator[Match]]] = {
    Code.NIGHTS_FAIR: fairness.nights_fair,
    Code.WEEKEND_FAIR: fairness.weekend_fair,
}
OF_A_PERSON: dict[Code, Callable[[Problem, Person, int], Iterator[Match]]] = {
    Code.HOURS: pattern.hours,
    Code.WANTED: pattern.wanted,
    Code.UNWANTED: pattern.unwanted,
    Code.SPLIT_WEEKEND: pattern.split_weekend,
    Code.ISOLATED_DAY: pattern.isolated_day,
    Code.SINGLE_NIGHT: pattern.single_night,
    Code.CHANGE: pattern.change,
}
LAWS: tuple[Callable[[Problem, Person], Iterator[Breach]], ...] = (
    law.daily_rest,
    law.weekly_rest,
    law.weekly_limit,
    law.night_limit,
    law.in_work_break,
    agreement.longest_shift,
    agreement.days_running,
    agreement.nights_running,
    agreement.rest_after_nights,
    agreement.leave,
    agreement.cannot,
)


def score(problem: Problem, roster: Roster) -> Score:
    """What a roster costs and breaks, rule by rule. Raises `AmbiguousClock` or `UnknownDuty`, and refuses nothing."""
    board = laid_out(problem, roster)
    return scored(board, board.people, range(problem.days))


def scored(board: Board, people: Sequence[Person], days: Collection[int]) -> Score:
    """The part of the score that is of these people, and of the cover of these days."""
    due = fairness.entitled(board)
    rules = tuple(_rule(board, due, code, people, days) for code in Code)
    breaches = [breach for person in people for law_of in LAWS for breach in law_of(board.problem, person)]
    breaches += [breach for person in people for breach in cover.supervision(board, person)]
    breaches += cover.role_on_duty(board, days)
    return Score(sum(rule.points for rule in rules), rules, tuple(breaches))


def _rule(board: Board, due: fairness.Entitled, code: Code, people: Sequence[Person], days: Collection[int]) -> Rule:
    price = board.problem.rules.prices.get(code.value, 0)
    matches = tuple(_matches(board, due, code, people, days)) if price else ()
    return Rule(code, price, sum(match.points for match in matches), matches)


def _matches(
    board: Board, due: fairness.Entitled, code: Code, people: Sequence[Person], days: Collection[int]
) -> Iterator[Match]:
    price = board.problem.rules.prices[code.value]
    if code in OF_A_TEAM:
        yield from OF_A_TEAM[code](board, days, price)
    for person in people:
        if code in OF_A_SHARE:
            yield from OF_A_SHARE[code](board, due, person, price)
        elif code in OF_A_PERSON:
            yield from OF_A_PERSON[code](board.problem, person, price)


def difference(before: Score, after: Score) -> tuple[tuple[Code, int], ...]:
    """By rule the points that the second costs more than the first, or less; rules that cost the same are left out."""
    was = {rule.code: rule.points for rule in before.rules}
    changed = ((rule.code, rule.points - was.get(rule.code, 0)) for rule in after.rules)
    return tuple((code, points) for code, points in changed if points)
