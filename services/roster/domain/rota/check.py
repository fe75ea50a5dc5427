"""The score of a few people alone: for a swap or an edit, where the others' rows stay as they are."""

from collections.abc import Collection

from services.roster.domain.rota.board import laid_out
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.score import scored
from services.roster.domain.rota.scored import Score


def check(problem: Problem, roster: Roster, members: Collection[int], *, days: Collection[int] | None = None) -> Score:
    """The rules of these people, and the cover of the days on which one of them is or was on duty.

    They were on duty where the problem's `base` has them. To compare two rosters of which one has a duty on a day that
    neither has in the other's, give the same `days` for both. Raises `AmbiguousClock` or `UnknownDuty`.
    """
    board = laid_out(problem, roster)
    people = [board.people[index] for index in sorted(set(members))]
    if days is None:
        days = {day for person in people for day in person.duties if day >= 0}
        for index in members if problem.base is not None else ():
            days |= {day for day, code in enumerate((problem.base or ())[index]) if code is not None}
    return scored(board, people, days)
