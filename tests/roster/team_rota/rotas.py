"""Rotas for the tests of the program, and a judge of its rows that shares nothing with the engines."""

import random
from dataclasses import replace

from services.roster.domain.rota.problem import Member, Need, Problem, Roster, Wish
from services.roster.solver.model import Model, Row, Runs
from services.roster.solver.team.build import build
from services.roster.solver.team.read import Names
from tests.roster.rota.made import MONDAY, ROUND_THE_CLOCK, member, problem, rules

CODES = ("E", "L", "M", "N")
NURSE = (("role:registered_nurse", 1),)


def cost(model: Model, values: tuple[int, ...]) -> int:
    return model.constant + sum(points * values[var] for var, points in model.objective)


def broken(model: Model, values: tuple[int, ...]) -> list[object]:
    """What of the program these values do not keep, by its own words and no engine's."""
    found: list[object] = [row for row in model.rows if not _is_kept(row, values)]
    found += [one for one in model.clauses if not any((values[abs(each) - 1] == 1) == (each > 0) for each in one)]
    found += [group for group in model.at_most_one if sum(values[var] for var in group) > 1]
    found += [one for one in model.runs if _longest(one, values) > one.most_on]
    found += [pin for pin in model.fixed if values[pin[0]] != pin[1]]
    bounds = [(0, 1)] * model.bools + list(model.ints)
    return found + [
        at for at, ((low, high), value) in enumerate(zip(bounds, values, strict=True)) if not low <= value <= high
    ]


def _is_kept(row: Row, values: tuple[int, ...]) -> bool:
    if row.only_if is not None and not values[row.only_if]:
        return True
    total = sum(coef * values[var] for var, coef in zip(row.vars, row.coefs, strict=True))
    return (row.low is None or total >= row.low) and (row.high is None or total <= row.high)


def _longest(runs: Runs, values: tuple[int, ...]) -> int:
    longest = row = runs.on_before
    for var in runs.days:
        row = row + 1 if values[var] else 0
        longest = max(longest, row)
    return longest


def read_back(made: Problem) -> tuple[Model, Names]:
    return build(made)


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
        worked_minutes=(2250,) * dice.choice((0, 16)),
        owed_nights=dice.choice((-120, 0, 150)),
        owed_weekend_days=dice.choice((-80, 0, 90)),
        opted_out_48=dice.random() < 0.3,
        works_nights=dice.random() < 0.8,
    )


def twelve(seed: int = 3, weeks: int = 4) -> Problem:
    """Twelve people round the clock with leave, days off agreed and wishes, drawn as the reference draws them."""
    dice, days = random.Random(seed), 7 * weeks
    hours = (37.5, 37.5, 30, 30, 30, 24, 24, 22.5, 20, 37.5, 30, 24)
    off = {2: {2}, 5: {4}, 7: {5, 6}}
    members = []
    for number, each in enumerate(hours):
        first, away, wanted, unwanted = dice.randrange(days - 6), 0, {}, {}
        if dice.random() < 0.7:
            away = dice.choice([1, 2, 3, 5])
        for _ in range(weeks * 2):
            day, code = dice.randrange(days), dice.choice(CODES)
            (wanted if dice.random() < 0.4 else unwanted)[day, code] = dice.choice([1, 2, 4])
        weekdays = [day for day in range(first, first + away) if day % 7 < 5]
        members.append(
            member(
                number + 1,
                minutes_per_week=round(each * 60),
                role="registered_nurse" if number < 9 else "nursing_assistant",
                works_nights=number not in (3, 7),
                leave={day: round(each * 12) if day in weekdays else 0 for day in range(first, first + away)},
                cannot=frozenset(
                    (day, code) for day in range(days) if day % 7 in off.get(number, ()) for code in CODES
                ),
                wanted=tuple(Wish(*cell, weight) for cell, weight in wanted.items()),
                unwanted=tuple(Wish(*cell, weight) for cell, weight in unwanted.items()),
            )
        )
    of_weekday, of_weekend = {"E": 4, "L": 2, "M": 0, "N": 1}, {"E": 2, "L": 1, "M": 1, "N": 1}
    needs = tuple(
        Need(day, code, people, NURSE if people else ())
        for day in range(days)
        for code, people in (of_weekday if day % 7 < 5 else of_weekend).items()
    )
    return problem(*members, days=days, duties=ROUND_THE_CLOCK, needs=needs, from_on=MONDAY, rules=rules())


def random_roster(made: Problem, seed: int, share: float = 0.5) -> Roster:
    """Duties drawn at random among those that the program has a variable for."""
    dice, (_, names) = random.Random(seed), build(made)
    return tuple(
        tuple(dice.choice(list(cells)) if cells and dice.random() < share else None for cells in row)
        for row in names.cells
    )
