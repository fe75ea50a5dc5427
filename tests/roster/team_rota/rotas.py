"""Rotas for the tests of the program."""

import random
from dataclasses import replace

from benchmarks.roster_team import made_up
from services.roster.domain.rota.problem import DutyKind, DutyType, Member, Need, Part, Problem, Roster, Standing, Wish
from services.roster.solver.team.build import build
from tests.roster.rota.made import duty, member, problem

CODES = ("E", "L", "M", "N")
NURSE = (("role:registered_nurse", 1),)


def some_team(seed: int, people: int = 4, days: int = 14) -> Problem:
    """A small team with a little of everything: leave, wishes, history, skills, somebody not cleared, a base."""
    dice = random.Random(seed)
    members = tuple(_somebody(dice, number, days) for number in range(1, people + 1))
    needs = tuple(
        Need(day, code, dice.choice((0, 1, 1, 2)), dice.choice(((), NURSE, (("skill:catheter", 1),))))
        for day in range(days)
        for code in dice.sample(CODES, 3)
    )
    base = tuple(tuple(dice.choice((None, None, *CODES)) for _ in range(days)) for _ in members)
    limits = dice.choice(({}, {"weekly_rest": 1440, "weekly_rest.per": 10080}))
    made = problem(*members, days=days, needs=needs, base=dice.choice((None, base)))
    if limits:
        kept = {code: amount for code, amount in made.rules.limits.items() if not code.startswith("fortnight")}
        made = replace(made, rules=replace(made.rules, limits={**kept, **limits}))
    return made


def _somebody(dice: random.Random, number: int, days: int) -> Member:
    def wishes() -> tuple[Wish, ...]:
        return tuple(Wish(dice.randrange(days), dice.choice((None, *CODES)), dice.choice((1, 2, 4))) for _ in range(2))

    away = dice.randrange(days)
    before = tuple(dice.choice((None, None, None, "E", "L")) for _ in range(dice.choice((0, 3, 14))))
    weeks = tuple(dice.choice((7, 7, 5, 2)) for _ in range(dice.choice((0, 4, 16))))
    return member(
        number,
        minutes_per_week=dice.choice((1200, 1800, 2250)),
        role=dice.choice(("registered_nurse", "registered_nurse", "nursing_assistant")),
        skills=frozenset(dice.sample(("catheter", "wound"), dice.choice((0, 1)))),
        cleared=number == 1 or dice.random() < 0.8,
        leave=dict.fromkeys(range(away, min(days, away + dice.choice((0, 0, 2, 5)))), 450),
        cannot=frozenset({(dice.randrange(days), dice.choice(CODES))}),
        wanted=wishes(),
        unwanted=wishes(),
        before=before if before and before[-1] != "L" else before[:-1],
        worked_minutes=tuple(2850 * of_week // 7 for of_week in weeks),
        worked_days=weeks,
        owed_nights=dice.choice((-120, 0, 150)),
        owed_weekend_days=dice.choice((-80, 0, 90)),
        opted_out_48=dice.random() < 0.3,
        works_nights=dice.random() < 0.8,
        later=_later(dice, number, days),
    )


def _later(dice: random.Random, number: int, days: int) -> tuple[Standing, ...]:
    """The first stays cleared: somebody has to be company for the others."""
    if dice.random() < 0.5:
        return ()
    role = dice.choice(("registered_nurse", "nursing_assistant"))
    skills = frozenset(dice.sample(("catheter", "wound"), dice.choice((0, 1))))
    return (Standing(dice.randrange(1, days), role, skills, number == 1 or dice.random() < 0.5, dice.random() < 0.5),)


def twelve(seed: int = 3, weeks: int = 4) -> Problem:
    """Twelve people round the clock with leave, agreed days off and wishes: the team that is measured."""
    return made_up(seed, weeks)


def six(days: int = 7) -> Problem:
    """Six nurses round the clock for a week: small enough to be proved soon."""
    members = (member(number, minutes_per_week=1800) for number in range(1, 7))
    needs = tuple(Need(day, code, 1, NURSE) for day in range(days) for code in ("E", "L", "N"))
    return problem(*members, days=days, needs=needs)


def nine_to_five(days: int = 14) -> Problem:
    """Three nurses; two on weekdays and one at the weekend, who is on call through its nights."""
    at_home = DutyKind.ON_CALL_HOME
    weekend = DutyType("W", (Part(DutyKind.SHIFT, 9 * 60, 13 * 60), Part(at_home, 13 * 60, 33 * 60)))
    duties = (duty("D", 9, 17, 30), duty("C", 9, 33, kind=at_home), weekend)
    needs = tuple(
        Need(day, code, people, NURSE)
        for day in range(days)
        for code, people in ((("D", 2),) if day % 7 < 5 else (("W", 1),))
    )
    members = (member(number, minutes_per_week=1500) for number in (1, 2, 3))
    return problem(*members, days=days, needs=needs, duties=duties)


def random_roster(made: Problem, seed: int, share: float = 0.5) -> Roster:
    """Duties drawn at random among those that the program has a variable for."""
    dice, (_, names) = random.Random(seed), build(made)
    return tuple(
        tuple(dice.choice(list(cells)) if cells and dice.random() < share else None for cells in row)
        for row in names.cells
    )
