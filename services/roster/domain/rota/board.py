"""A roster laid out for its rules: by person the timed duties with history before them, by duty who is on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.roster.domain.rota.problem import Member, Problem, Roster, Slot
from services.roster.domain.rota.slots import Cell, slot_of, slots


@dataclass(frozen=True)
class Person:
    """One member's duties by day, in order. What is before `first` is not known; history has days below nought."""

    index: int
    who: Member
    first: int
    duties: Mapping[int, Slot]
    works: tuple[Slot, ...]


@dataclass(frozen=True)
class Board:
    """`on` holds, by day and code, who is on that duty in this rota."""

    problem: Problem
    roster: Roster
    slots: Mapping[Cell, Slot]
    people: tuple[Person, ...]
    on: Mapping[Cell, tuple[int, ...]]


def laid_out(problem: Problem, roster: Roster) -> Board:
    """Raises `AmbiguousClock` or `UnknownDuty`."""
    timed = slots(problem)
    people = []
    on: dict[Cell, tuple[int, ...]] = {}
    for index, (member, row) in enumerate(zip(problem.members, roster, strict=True)):
        first = -len(member.before)
        duties = {
            day: timed.get((day, code)) or slot_of(problem, timed, day, code)
            for day, code in enumerate((*member.before, *row), first)
            if code is not None
        }
        for day, code in enumerate(row):
            if code is not None:
                on[day, code] = (*on.get((day, code), ()), index)
        works = tuple(slot for slot in duties.values() if slot.stretches)
        people.append(Person(index, member, first, duties, works))
    return Board(problem, roster, timed, tuple(people), on)
