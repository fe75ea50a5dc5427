"""A made-up team's rota: twelve people round the clock over some weeks, with leave, agreed days off and wishes."""

from collections.abc import Mapping
from datetime import date
from random import Random
from uuid import UUID

from services.roster.domain.rota.problem import DutyKind, DutyType, Member, Need, Part, Problem, Rules, Wish

MONDAY = date(2027, 2, 1)
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
DUTIES = {"E": (450, 930, 30), "L": (810, 1290, 30), "M": (540, 840, 0), "N": (1260, 1890, 60)}
WEEKDAY, WEEKEND = {"E": 4, "L": 2, "M": 0, "N": 1}, {"E": 2, "L": 1, "M": 1, "N": 1}
HOURS = (37.5, 37.5, 30, 30, 30, 24, 24, 22.5, 20, 37.5, 30, 24)
REGISTERED, NO_NIGHTS = 9, (3, 7)
AGREED_OFF: Mapping[int, tuple[int, ...]] = {2: (2,), 5: (4,), 7: (5, 6)}


def made_up(seed: int, weeks: int = 4) -> Problem:
    """The team that this seed makes up."""
    luck, days = Random(seed), 7 * weeks
    members = tuple(_member(luck, number, weeks) for number in range(len(HOURS)))
    needs = tuple(
        Need(day, code, people, (("role:registered_nurse", 1),) if people else ())
        for day in range(days)
        for code, people in (WEEKDAY if day % 7 < 5 else WEEKEND).items()
    )
    duties = tuple(
        DutyType(code, (Part(DutyKind.SHIFT, starts, ends, pause),)) for code, (starts, ends, pause) in DUTIES.items()
    )
    return Problem(MONDAY, days, duties, members, needs, Rules(LIMITS, PRICES, MONDAY))


def _member(luck: Random, number: int, weeks: int) -> Member:
    days, hours = 7 * weeks, HOURS[number]
    first, away = luck.randrange(days - 6), 0
    if luck.random() < 0.7:
        away = luck.choice([1, 2, 3, 5])
    wanted, unwanted = dict[tuple[int, str], int](), dict[tuple[int, str], int]()
    for _ in range(weeks * 2):
        cell = luck.randrange(days), luck.choice(list(DUTIES))
        weight = luck.choice([1, 2, 4])
        (wanted if luck.random() < 0.4 else unwanted)[cell] = weight
    off = AGREED_OFF.get(number, ())
    return Member(
        employee_id=UUID(int=number + 1),
        minutes_per_week=round(hours * 60),
        role="registered_nurse" if number < REGISTERED else "nursing_assistant",
        skills=frozenset(),
        leave={day: round(hours * 12) if day % 7 < 5 else 0 for day in range(first, first + away)},
        cannot=frozenset((day, code) for day in range(days) if day % 7 in off for code in DUTIES),
        wanted=tuple(Wish(*cell, weight) for cell, weight in wanted.items()),
        unwanted=tuple(Wish(*cell, weight) for cell, weight in unwanted.items()),
        works_nights=number not in NO_NIGHTS,
    )
