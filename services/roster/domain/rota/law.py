"""The Working Time Regulations 1998, with the limits that the rules give: what is found here is never refused here.

All lengths are elapsed minutes. Being on call at home is no work; a call out during it is not known to a rota.
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from math import ceil

from services.roster.domain.rota.board import Person
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota.scored import Breach, Law
from services.roster.domain.rota.slots import DAY, minute_of, rest_between
from services.roster.domain.rota.words import day_words, length_words

WEEK_DAYS = 7


def daily_rest(problem: Problem, person: Person) -> Iterator[Breach]:
    """After work there is rest without a break, in each 24 hours from its start (regulation 10: 11 hours)."""
    limits = problem.rules.limits
    if "daily_rest" not in limits:
        return
    due, within = limits["daily_rest"], limits.get("daily_rest.per")
    for earlier, later in zip(person.works, (*person.works[1:], None), strict=False):
        rest, days = due, [earlier.day]
        if within is not None:
            rest = within - (earlier.stretches[-1][1] - earlier.stretches[0][0])
        between = None if later is None else rest_between(earlier, later)
        if later is not None and between is not None and between <= rest:
            rest, days = max(0, between), [earlier.day, later.day]
        if rest < due and days[-1] >= 0:
            when = " and ".join(day_words(problem.from_on, day) for day in days)
            words = f"{{0}} rests {length_words(max(0, rest))} after work on {when}; {length_words(due)} are due"
            if len(days) > 1:
                words = f"{{0}} rests {length_words(rest)} between {when}; {length_words(due)} are due"
            missing = due - max(0, rest)
            yield Breach(Law.DAILY_REST, person.index, tuple(days), missing, words, missing)


def weekly_rest(problem: Problem, person: Person) -> Iterator[Breach]:
    """A rest in each week, or two such or one of twice the length in each fortnight (regulation 11).

    Where the rules have both, the fortnight holds: the law leaves the choice, and weeks that are kept keep it. Weeks
    begin on Monday. The daily rest is no part of it (11(7)), unless the rule `rests_may_overlap` has a reason for it.
    """
    limits = problem.rules.limits
    code, times = ("fortnight_rest", 2) if "fortnight_rest" in limits else ("weekly_rest", 1)
    if code not in limits or f"{code}.per" not in limits:
        return
    due, days = limits[code], limits[f"{code}.per"] // DAY
    if days < 1:
        return
    apart = 0 if limits.get("rests_may_overlap") else limits.get("daily_rest", 0)
    start = -problem.from_on.weekday()
    while start + days <= problem.days:
        if start >= person.first:
            found = _longest_rests(problem, person, start, days, apart)
            missing = min(due - found[0], sum(max(0, due // times - one) for one in found[:times]))
            if missing > 0:
                yield _too_little_rest(problem, person, range(start, start + days), missing)
        start += days


def _longest_rests(problem: Problem, person: Person, start: int, days: int, apart: int) -> list[int]:
    """The rests of a period, the longest first, each without the daily rest that belongs to it; at least two."""
    begins = minute_of(problem.from_on + timedelta(days=start), 0)[0]
    ends = minute_of(problem.from_on + timedelta(days=start + days), 0)[0]
    work = [stretch for slot in person.works for stretch in slot.stretches if stretch[1] > begins - apart]
    free_from = begins - apart
    found = [0, 0]
    for since, until in [*work, (ends + apart, ends + apart)]:
        found.append(min(min(since, ends) - max(free_from, begins), since - free_from - apart))
        free_from = max(free_from, until)
    return sorted(found, reverse=True)


def _too_little_rest(problem: Problem, person: Person, period: range, missing: int) -> Breach:
    when = f"{day_words(problem.from_on, period[0])} to {day_words(problem.from_on, period[-1])}"
    words = f"{{0}} lacks {length_words(missing)} of the weekly rest from {when}"
    days = tuple(day for day in period if day >= 0)
    return Breach(Law.WEEKLY_REST, person.index, days, missing, words, missing)


def weekly_limit(problem: Problem, person: Person) -> Iterator[Breach]:
    """The most hours a week on average, but of weeks at whose end the person has opted out (regulations 4 and 5).

    By the law 48 over 17 weeks.
    """
    most = problem.rules.limits.get("weekly_limit")
    busiest = max((one for one in _means(problem, person) if not person.who.on(one[1] - 1).opted_out_48), default=None)
    if most is None or busiest is None:
        return
    mean, until, weeks = busiest
    if mean * WEEK_DAYS > most:
        words = f"{{0}} works {length_words(ceil(mean * WEEK_DAYS))} a week on average over {weeks} weeks; "
        words += f"{length_words(most)} are the most"
        missing = ceil(mean * WEEK_DAYS) - most
        yield Breach(Law.WEEKLY_LIMIT, person.index, tuple(range(until)), missing, words, 0)


def night_limit(problem: Problem, person: Person) -> Iterator[Breach]:
    """The most hours of who works nights, on average in 24 hours (regulation 6: 8; nobody opts out).

    As the regulation counts, the days that the weekly rest takes are left out.
    """
    limits = problem.rules.limits
    busiest = max(_means(problem, person), default=None)
    if "night_limit" not in limits or busiest is None or not any(slot.is_night for slot in person.duties.values()):
        return
    code = "fortnight_rest" if "fortnight_rest" in limits else "weekly_rest"
    at_rest = Fraction(limits.get(code, 0), limits.get(f"{code}.per", DAY))
    mean, until, weeks = busiest
    mean, most = mean / (1 - at_rest), limits["night_limit"]
    if mean > most:
        words = f"{{0}} works nights and {length_words(ceil(mean))} a day on average over {weeks} weeks; "
        words += f"{length_words(most)} are the most"
        yield Breach(Law.NIGHT_LIMIT, person.index, tuple(range(until)), ceil(mean) - most, words, 0)


def _means(problem: Problem, person: Person) -> Iterator[tuple[Fraction, int, int]]:
    """Each mean of work minutes a day over the weeks of reference, the day before which they end, and how many.

    Each week of the rota ends such weeks; where fewer are known, as of a new colleague, all that are known count, once,
    at the end (regulation 4(4)). A day of leave is no day of them (4(6)); a week that the rota has but a part of is one
    of seven days all the same.
    """
    weeks = list(person.who.weeks_before)
    known = len(weeks)
    for start in range(0, problem.days, WEEK_DAYS):
        days = range(start, min(start + WEEK_DAYS, problem.days))
        minutes = sum(person.duties[day].work_minutes for day in days if day in person.duties)
        weeks.append((WEEK_DAYS - sum(day in person.who.leave for day in days), minutes))
    most = problem.rules.limits.get("reference_weeks", len(weeks))
    for end in range(known + 1, len(weeks) + 1):
        counted = weeks[max(0, end - most) : end]
        days_counted = sum(days for days, _ in counted)
        if days_counted and (len(counted) == most or end == len(weeks)):
            mean = Fraction(sum(minutes for _, minutes in counted), days_counted)
            yield mean, min((end - known) * WEEK_DAYS, problem.days), len(counted)


def in_work_break(problem: Problem, person: Person) -> Iterator[Breach]:
    """A break without interruption in a day of more than six hours (regulation 12: 20 minutes; no second by law)."""
    limits = problem.rules.limits
    if "break" not in limits or "break.per" not in limits:
        return
    for day, slot in person.duties.items():
        missing = limits["break"] - slot.break_minutes
        if day >= 0 and slot.shift_minutes > limits["break.per"] and missing > 0:
            words = f"{{0}} has {length_words(slot.break_minutes)} of break on {day_words(problem.from_on, day)}; "
            words += f"{length_words(limits['break'])} are due"
            yield Breach(Law.IN_WORK_BREAK, person.index, (day,), missing, words, missing)
