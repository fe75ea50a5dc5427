"""Whether enough people are on each duty, of the right role and skill, and nobody who needs company is alone."""

from collections.abc import Collection, Iterator

from services.roster.domain.rota.board import Board, Person
from services.roster.domain.rota.problem import ROLE, SKILL, Need
from services.roster.domain.rota.scored import Breach, Law, Match
from services.roster.domain.rota.words import day_words, number_words, plain

Days = Collection[int]


def cover_short(board: Board, days: Days, price: int) -> Iterator[Match]:
    """For each person that a duty lacks, and for each that it lacks with a skill that it needs."""
    for need in board.problem.needs:
        if need.day not in days:
            continue
        on = board.on.get((need.day, need.code), ())
        if len(on) < need.people:
            words = (
                f"{_where(board, need.day, need.code)}: {len(on)} of {number_words(need.people, 'person', 'people')}"
            )
            yield Match((), (need.day,), price * (need.people - len(on)), words)
        for skill, wanted in _asked(need, SKILL):
            have = sum(skill in board.people[one].who.on(need.day).skills for one in on)
            if have < wanted:
                words = f"{_where(board, need.day, need.code)}: {have} of {wanted} with the skill {plain(skill)}"
                yield Match((), (need.day,), price * (wanted - have), words)


def cover_over(board: Board, days: Days, price: int) -> Iterator[Match]:
    """For each person more than a duty needs; a duty that is in no need needs nobody."""
    needed: dict[tuple[int, str], int] = {}
    for need in board.problem.needs:
        needed[need.day, need.code] = max(need.people, needed.get((need.day, need.code), 0))
    for cell, on in board.on.items():
        over = len(on) - needed.get(cell, 0)
        if over > 0 and cell[0] in days:
            words = f"{_where(board, *cell)}: {len(on)} where {needed.get(cell, 0)} are needed"
            yield Match((), (cell[0],), price * over, words)


def role_on_duty(board: Board, days: Days) -> Iterator[Breach]:
    """A duty that needs somebody of a role has one, such as a registered nurse who answers for it (NMC Code)."""
    for need in board.problem.needs:
        for role, wanted in _asked(need, ROLE) if need.people and need.day in days else ():
            on = board.on.get((need.day, need.code), ())
            have = sum(board.people[one].who.on(need.day).role == role for one in on)
            if have < wanted:
                noun = plain(role.replace("_", " "))
                words = f"{_where(board, need.day, need.code)}: {have} of {wanted} who are {noun}"
                yield Breach(Law.ROLE_ON_DUTY, None, (need.day,), 0, words, 0)


def supervision(board: Board, person: Person) -> Iterator[Breach]:
    """Who is not cleared on a day is on duty then only beside somebody who is."""
    for day, slot in person.duties.items():
        if day < 0 or person.who.on(day).cleared:
            continue
        if not any(board.people[other].who.on(day).cleared for other in board.on[day, slot.code]):
            words = f"{{0}} is not cleared and is without a cleared colleague on {_where(board, day, slot.code)}"
            yield Breach(Law.SUPERVISION, person.index, (day,), 0, words, 0)


def _asked(need: Need, kind: str) -> Iterator[tuple[str, int]]:
    yield from ((what.removeprefix(kind), wanted) for what, wanted in need.of if what.startswith(kind))


def _where(board: Board, day: int, code: str) -> str:
    return f"{day_words(board.problem.from_on, day)}, {plain(code)}"
