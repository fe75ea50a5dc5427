"""Small rotas for the tests of its rules. Day 0 is a Monday unless a test says otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import DutyKind, DutyType, Member, Need, Part, Problem, Roster, Rules
from services.roster.domain.rota.scored import Breach, Code, Law, Match

MONDAY = date(2027, 2, 1)
# The Sunday of the change is the last day of four weeks from these.
BEFORE_MARCH, BEFORE_OCTOBER = date(2027, 3, 1), date(2027, 10, 4)
CHANGE = 27

LIMITS = {
    "daily_rest": 660,
    "daily_rest.per": 1440,
    "fortnight_rest": 2880,
    "fortnight_rest.per": 20160,
    "weekly_limit": 2880,
    "reference_weeks": 17,
    "night_limit": 480,
    "night_limit.per": 1440,
    "night_from": 1380,
    "night_until": 360,
    "night_minutes": 180,
    "break": 20,
    "break.per": 360,
    "longest_shift": 600,
    "days_running": 6,
    "nights_running": 3,
    "rest_after_nights": 2880,
    "hours_free": 240,
}
PRICES = {
    "cover_short": 60,
    "cover_over": 8,
    "hours": 2,
    "wanted": 3,
    "unwanted": 3,
    "nights_fair": 12,
    "weekend_fair": 12,
    "split_weekend": 6,
    "isolated_day": 5,
    "single_night": 5,
    "change": 10,
}


def duty(code: str, starts: float, ends: float, pause: int = 0, kind: DutyKind = DutyKind.SHIFT) -> DutyType:
    """A duty of one part, from and until these hours of the clock."""
    return DutyType(code, (Part(kind, round(starts * 60), round(ends * 60), pause),))


ROUND_THE_CLOCK = (
    duty("E", 7.5, 15.5, 30),
    duty("L", 13.5, 21.5, 30),
    duty("M", 9, 14),
    duty("N", 21, 31.5, 60),
)


def member(number: int = 1, **about: Any) -> Member:
    known: dict[str, Any] = {
        "employee_id": UUID(int=number),
        "minutes_per_week": 2250,
        "role": "registered_nurse",
        "skills": frozenset(),
    }
    return Member(**known | about)


def rules(prices: Mapping[str, int] = PRICES, **limits: int) -> Rules:
    return Rules({**LIMITS, **{code.replace("__", "."): amount for code, amount in limits.items()}}, prices, MONDAY)


def row(text: str) -> tuple[str | None, ...]:
    """A row of duties such as "E E . N", with a point for a day off."""
    return tuple(None if code == "." else code for code in text.split())


def problem(*members: Member, days: int, **about: Any) -> Problem:
    known: dict[str, Any] = {
        "from_on": MONDAY,
        "days": days,
        "duties": ROUND_THE_CLOCK,
        "members": members,
        "needs": (),
        "rules": rules(),
    }
    return Problem(**known | about)


def one_person(text: str, who: Member | None = None, **about: Any) -> tuple[Problem, Roster]:
    """A rota of one person, who by default has the row of duties that is written here."""
    codes = row(text)
    return problem(who or member(), days=len(codes), **about), (codes,)


def everybody(codes: Mapping[int, str | None], people: int, days: int) -> Roster:
    """Nobody is on duty but as said: by person and day."""
    return tuple(tuple(codes.get(who * days + day) for day in range(days)) for who in range(people))


def breaches(made: tuple[Problem, Roster], law: Law) -> list[Breach]:
    return [breach for breach in score(*made).breaches if breach.law == law]


def matches(made: tuple[Problem, Roster], code: Code) -> list[Match]:
    return [match for rule in score(*made).rules if rule.code == code for match in rule.matches]


def with_rules(made: tuple[Problem, Roster], **limits: int) -> tuple[Problem, Roster]:
    """The same rota where these limits hold beside the others, `__` standing for a point."""
    return replace(made[0], rules=rules(**limits)), made[1]


def with_only(made: tuple[Problem, Roster], limits: Mapping[str, int]) -> tuple[Problem, Roster]:
    """The same rota where these limits hold and no others, and nothing has a price."""
    return replace(made[0], rules=Rules(limits, {}, MONDAY)), made[1]


def a_team(weeks: int = 4, from_on: date = MONDAY) -> Problem:
    """Twelve people round the clock, nine of them registered nurses, with contracts of 20 to 37.5 hours."""
    hours = (37.5, 37.5, 30, 30, 30, 24, 24, 22.5, 20, 37.5, 30, 24)
    members = tuple(
        member(
            number + 1,
            minutes_per_week=round(each * 60),
            role="registered_nurse" if number < 9 else "nursing_assistant",
            works_nights=number not in (3, 7),
        )
        for number, each in enumerate(hours)
    )
    of_weekday, of_weekend = {"E": 4, "L": 2, "M": 0, "N": 1}, {"E": 2, "L": 1, "M": 1, "N": 1}
    nurse = (("role:registered_nurse", 1),)
    needs = tuple(
        Need(day, code, people, nurse if people else ())
        for day in range(7 * weeks)
        for code, people in (of_weekday if (from_on.weekday() + day) % 7 < 5 else of_weekend).items()
    )
    return problem(*members, days=7 * weeks, from_on=from_on, needs=needs)
