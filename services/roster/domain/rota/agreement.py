"""What a team agreed beyond the law (after HSG256, Managing shift work), and what it agreed with each of its people."""

from collections.abc import Callable, Iterator

from services.roster.domain.rota.board import Person
from services.roster.domain.rota.problem import Problem, Slot
from services.roster.domain.rota.scored import Breach, Law
from services.roster.domain.rota.slots import rest_between
from services.roster.domain.rota.words import day_words, length_words, plain


def longest_shift(problem: Problem, person: Person) -> Iterator[Breach]:
    """The most minutes of one shift without its unpaid break; a clock change is in them."""
    most = problem.rules.limits.get("longest_shift")
    if most is None:
        return
    for day, slot in person.duties.items():
        if day >= 0 and slot.longest_minutes > most:
            words = f"{{0}} has a shift of {length_words(slot.longest_minutes)} on {day_words(problem.from_on, day)}; "
            words += f"{length_words(most)} are the most"
            yield Breach(Law.LONGEST_SHIFT, person.index, (day,), slot.longest_minutes - most, words, 0)


def days_running(problem: Problem, person: Person) -> Iterator[Breach]:
    """The most days of work in a row; a day of being on call at home alone ends the row."""
    return _in_a_row(problem, person, Law.DAYS_RUNNING, "days", lambda slot: bool(slot.stretches))


def nights_running(problem: Problem, person: Person) -> Iterator[Breach]:
    """The most nights in a row."""
    return _in_a_row(problem, person, Law.NIGHTS_RUNNING, "nights", lambda slot: slot.is_night)


def _in_a_row(
    problem: Problem, person: Person, law: Law, noun: str, counts: Callable[[Slot], bool]
) -> Iterator[Breach]:
    """One breach for each row of days that is too long, of the days beyond the limit that are in this rota."""
    most = problem.rules.limits.get(law.value)
    if most is None:
        return
    row = 0
    for day in range(person.first, problem.days + 1):
        slot = person.duties.get(day)
        if slot is not None and counts(slot):
            row += 1
            continue
        over = tuple(one for one in range(day - max(0, row - most), day) if one >= 0)
        if over:
            until = day_words(problem.from_on, day - 1)
            words = f"{{0}} works {row} {noun} in a row up to {until}; {most} are the most"
            yield Breach(law, person.index, over, 0, words, 0)
        row = 0


def rest_after_nights(problem: Problem, person: Person) -> Iterator[Breach]:
    """After the last night of a row there is a long rest before any other work (HSG256: 48 hours)."""
    due = problem.rules.limits.get("rest_after_nights")
    if due is None:
        return
    for earlier, later in zip(person.works, person.works[1:], strict=False):
        rest = rest_between(earlier, later)
        goes_on = later.is_night and later.day == earlier.day + 1
        if earlier.is_night and not goes_on and rest is not None and rest < due and later.day >= 0:
            when = f"the night of {day_words(problem.from_on, earlier.day)}"
            words = f"{{0}} rests {length_words(max(0, rest))} after {when}; {length_words(due)} are agreed"
            days = (earlier.day, later.day)
            yield Breach(Law.REST_AFTER_NIGHTS, person.index, days, due - max(0, rest), words, 0)


def leave(problem: Problem, person: Person) -> Iterator[Breach]:
    """Nobody is on duty on a day of leave."""
    for day, slot in person.duties.items():
        if day >= 0 and day in person.who.leave:
            words = f"{{0}} is on leave on {day_words(problem.from_on, day)} and has {plain(slot.code)}"
            yield Breach(Law.LEAVE, person.index, (day,), 0, words, 0)


def cannot(problem: Problem, person: Person) -> Iterator[Breach]:
    """Agreed flexible working holds, and who works no nights has none."""
    for day, slot in person.duties.items():
        no_nights = slot.is_night and not person.who.works_nights
        if day >= 0 and (no_nights or (day, slot.code) in person.who.cannot):
            agreed = "works no nights" if no_nights else "is not available for it"
            words = f"{{0}} has {plain(slot.code)} on {day_words(problem.from_on, day)} and {agreed}"
            yield Breach(Law.CANNOT, person.index, (day,), 0, words, 0)
