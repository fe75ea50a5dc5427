"""What one person's own row costs: hours, wishes, and patterns that nobody likes."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from services.roster.domain.rota.board import Person
from services.roster.domain.rota.problem import Member, Problem, Slot, Wish
from services.roster.domain.rota.scored import Match
from services.roster.domain.rota.words import day_words, length_words, plain

SATURDAY, SUNDAY = 5, 6
HOUR = 60
# What a deviation from the contract costs nothing for, where the rules say nothing: half a working day.
FREE_MINUTES = 240


def target_minutes(problem: Problem, member: Member) -> int:
    """What the contract asks for in this period, less the minutes that leave is credited with."""
    leave = sum(minutes for day, minutes in member.leave.items() if 0 <= day < problem.days)
    return max(0, member.minutes_per_week * problem.days // 7 - leave)


def paid_minutes(person: Person) -> int:
    """The paid minutes of this rota's duties."""
    return sum(slot.paid_minutes for day, slot in person.duties.items() if day >= 0)


def hours(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each hour begun beyond the free ones that somebody is away from their contract, over or under."""
    target, paid = target_minutes(problem, person.who), paid_minutes(person)
    beyond = abs(paid - target) - problem.rules.limits.get("hours_free", FREE_MINUTES)
    if beyond > 0:
        away = f"{length_words(abs(paid - target))} {'over' if paid > target else 'under'}"
        words = f"{{0}} has {length_words(paid)}, {away} the {length_words(target)} of the contract"
        yield Match((person.index,), (), price * -(-beyond // HOUR), words)


def wanted(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each wish that is not given, by its weight."""
    for wish in person.who.wanted:
        if 0 <= wish.day < problem.days and not _is_given(person, wish):
            words = f"{{0}} wanted {_wished(problem, wish)} and does not have it"
            yield Match((person.index,), (wish.day,), price * wish.weight, words)


def unwanted(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each duty that somebody would rather not have and has, by the weight of the wish."""
    for wish in person.who.unwanted:
        if 0 <= wish.day < problem.days and _is_given(person, wish):
            words = f"{{0}} did not want {_wished(problem, wish)} and has it"
            yield Match((person.index,), (wish.day,), price * wish.weight, words)


def _is_given(person: Person, wish: Wish) -> bool:
    slot = person.duties.get(wish.day)
    return slot is not None and wish.code in (None, slot.code)


def _wished(problem: Problem, wish: Wish) -> str:
    return f"{'a duty' if wish.code is None else plain(wish.code)} on {day_words(problem.from_on, wish.day)}"


def split_weekend(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each weekend of which somebody works one day alone; that of the first Sunday may begin in history."""
    for sunday in range(-problem.from_on.weekday() - 1, problem.days, 7):
        saturday = sunday - 1
        if sunday >= 0 and saturday >= person.first and (saturday in person.duties) != (sunday in person.duties):
            day = saturday if saturday in person.duties else sunday
            words = f"{{0}} has one day alone of a weekend, {day_words(problem.from_on, day)}"
            yield Match((person.index,), (saturday, sunday), price, words)


def isolated_day(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each day of duty between two days off."""
    for day in _alone(problem, person, lambda slot: True):
        words = f"{{0}} is on duty on {day_words(problem.from_on, day)} between two days off"
        yield Match((person.index,), (day,), price, words)


def single_night(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each night with none before and none after it."""
    for day in _alone(problem, person, lambda slot: slot.is_night):
        words = f"{{0}} has a single night, {day_words(problem.from_on, day)}"
        yield Match((person.index,), (day,), price, words)


def _alone(problem: Problem, person: Person, counts: Callable[[Slot], bool]) -> Iterator[int]:
    """The days that count with neighbours on both sides that do not. Beside them nothing may be unknown."""
    counted = {day for day, slot in person.duties.items() if counts(slot)}
    for day in sorted(counted):
        is_known = day >= 0 and day > person.first and day + 1 < problem.days
        if is_known and not counted & {day - 1, day + 1}:
            yield day


def change(problem: Problem, person: Person, price: int) -> Iterator[Match]:
    """For each day that differs from the roster that this one keeps near to."""
    if problem.base is None:
        return
    for day, was in enumerate(problem.base[person.index]):
        slot = person.duties.get(day)
        now = None if slot is None else slot.code
        if now != was:
            became = f"{plain(was or 'off')} becomes {plain(now or 'off')}"
            words = f"{{0}} on {day_words(problem.from_on, day)}: {became}"
            yield Match((person.index,), (day,), price, words)


def is_weekend(problem: Problem, day: int) -> bool:
    """Whether this day is a Saturday or a Sunday."""
    return (problem.from_on + timedelta(days=day)).weekday() in (SATURDAY, SUNDAY)
