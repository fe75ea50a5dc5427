"""A rota after sickness: what is past stays, little moves, and what nobody can take is listed."""

from dataclasses import replace
from functools import cache
from time import monotonic

from services.roster.domain.rota.problem import Need, Problem, Roster
from services.roster.domain.rota.scored import Code
from services.roster.solver.cpsat import solve_here
from services.roster.solver.model import Form, Settings
from services.roster.solver.team import Asked, Gap, build, read, repair
from tests.roster.rota.made import everybody, member, problem
from tests.roster.team_rota.rotas import twelve

SICK = range(8, 13)


@cache
def _agreed() -> tuple[Problem, Roster]:
    """A rota as a team may have agreed it: better than one by hand, and not the best."""
    made = twelve()
    model, names = build(made, by_hour=False)
    asked = Settings("cpsat", Form.WINDOW, 60, workers=1, deterministic_seconds=3)
    found = solve_here(model, asked, lambda _: None, lambda: False)
    assert found.values is not None
    return made, read(names, found.values)


def _changed(before: Roster, after: Roster) -> list[tuple[int, int]]:
    return [
        (who, day)
        for who, (row, other) in enumerate(zip(before, after, strict=True))
        for day, (old, new) in enumerate(zip(row, other, strict=True))
        if old != new
    ]


async def test_after_sickness_little_moves_and_nothing_that_is_past() -> None:
    made, roster = _agreed()
    who = max(range(9), key=lambda one: sum(roster[one][day] is not None for day in SICK))
    lost = sum(roster[who][day] is not None for day in SICK)
    began = monotonic()
    found = await repair(made, roster, SICK.start, Asked(10), sick={who: SICK})
    assert monotonic() - began < 10  # two are meant, on a machine with nothing else to do
    changed = _changed(roster, found.roster)
    assert len(changed) <= lost + 8
    assert all(day >= SICK.start for _, day in changed)
    assert not any(found.roster[who][day] for day in SICK)
    assert found.score.breaches == ()


async def test_what_nobody_can_take_stays_open_and_is_listed() -> None:
    members = (member(1), member(2, leave={1: 450}))
    made = problem(*members, days=7, needs=(Need(0, "E", 1), Need(1, "E", 1)))
    found = await repair(made, everybody({0: "E", 1: "E"}, 2, 7), 0, Asked(20), sick={0: (1,)})
    assert (found.roster[0][:2], found.roster[1][:2]) == (("E", None), (None, None))
    assert found.gaps == (Gap(1, "E", 1),)


async def test_a_pin_of_somebody_who_is_sick_gives_way() -> None:
    made = problem(member(1), member(2), days=2, needs=(Need(0, "E", 1),), fixed=((0, 0, "E"),))
    found = await repair(made, everybody({0: "E"}, 2, 2), 0, Asked(20), sick={0: (0,)})
    assert found.roster == ((None, None), ("E", None))


async def test_a_change_costs_in_a_repair_also_where_the_team_has_no_price_for_it() -> None:
    made = problem(member(1), days=2, needs=(Need(0, "E", 1),))
    prices = {code: points for code, points in made.rules.prices.items() if code != Code.CHANGE}
    made = replace(made, rules=replace(made.rules, prices=prices))
    found = await repair(made, (("E", None),), 0, Asked(20), sick={0: (0,)})
    assert sum(rule.points for rule in found.score.rules if rule.code == Code.CHANGE) == 10
