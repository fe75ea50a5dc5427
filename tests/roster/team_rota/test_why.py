"""Why not me on that night, and why me: in rules and numbers, and who else would move."""

from dataclasses import replace
from functools import cache

import pytest

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Need, Problem, Roster
from services.roster.domain.rota.scored import Code
from services.roster.solver.team import Asked, build, clash, sentence, why
from services.roster.solver.team.greedy import first_roster
from tests.roster.rota.made import everybody, member, one_person, problem
from tests.roster.team_rota.rotas import NURSE, twelve


@cache
def _a_rota() -> tuple[Problem, Roster]:
    made = twelve(weeks=2)
    return made, first_roster(made, build(made)[1].cells)


async def test_why_not_me_on_that_night_is_answered_in_rules_and_numbers() -> None:
    made, roster = _a_rota()
    who, day = next(
        (who, day)
        for day in range(7, 14)
        for who, cells in enumerate(build(made)[1].cells)
        if "N" in cells[day] and roster[who][day] != "N"
    )
    found = await why(made, roster, (who, day, "N"), Asked(5))
    assert found.possible
    assert (who, day, roster[who][day], "N") in found.moves
    assert sum(points for _, points in found.by_rule) == found.delta
    assert {(reason.code, reason.points > 0) for reason in found.reasons}
    for reason in found.reasons:
        assert reason.words.format(*("Ana" for _ in reason.members))
    for code, points in found.by_rule:
        assert sum(reason.points for reason in found.reasons if reason.code == code) == points
    after = [list(row) for row in roster]
    for one, at, _, code in found.moves:
        after[one][at] = code
    moved = score(made, tuple(map(tuple, after)))
    assert moved.breaches == ()
    assert moved.points - score(made, roster).points == found.delta


async def test_few_move_for_an_answer() -> None:
    made = problem(member(1), member(2), days=2, needs=(Need(0, "N", 1),))
    found = await why(made, everybody({0: "N"}, 2, 2), (1, 0, "N"), Asked(20))
    assert (1, 0, None, "N") in found.moves
    assert len(found.moves) <= 2


async def test_why_me_is_what_it_costs_that_i_have_it_not() -> None:
    made = problem(member(1), days=2, needs=(Need(0, "E", 1),))
    found = await why(made, (("E", None),), (0, 0, None), Asked(20))
    ((*cell, now),) = found.moves
    assert cell == [0, 0, "E"]
    assert now != "E"
    (reason,) = [one for one in found.reasons if one.code == Code.COVER_SHORT]
    assert (reason.points, reason.words) == (60, "Mon 1 Feb, E: 0 of 1 person")


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"leave": {1: 450}}, "{0} is on leave on Tue 2 Feb and has N"),
        ({"works_nights": False}, "{0} has N on Tue 2 Feb and works no nights"),
        ({"cannot": frozenset({(1, "N")})}, "{0} has N on Tue 2 Feb and is not available for it"),
    ],
)
async def test_what_leave_or_an_agreement_forbids_is_said_as_that(about: dict[str, object], said: str) -> None:
    made, roster = one_person(". . .", member(**about))
    found = await why(made, roster, (0, 1, "N"), Asked(20))
    assert (found.possible, found.clash) == (False, (said,))


async def test_what_the_rest_after_a_pinned_night_forbids_is_said_as_that() -> None:
    made, roster = one_person("N . .")
    found = await why(replace(made, fixed=((0, 0, "N"),)), roster, (0, 1, "E"), Asked(20))
    assert (found.possible, found.moves) == (False, ())
    assert len(found.clash) == 1
    assert "rest" in found.clash[0]


async def test_the_leave_of_seven_nurses_names_what_clashes() -> None:
    made = twelve()
    members = tuple(
        replace(one, leave={**one.leave, 10: 450, 11: 450}) if number < 9 and one.works_nights else one
        for number, one in enumerate(made.members)
    )
    phrases = await clash(replace(made, members=members), Asked(10))
    told = sentence(phrases)
    assert "1 registered nurse on " in told
    assert told.endswith(" cannot all hold.")
    away = [phrase for phrase in phrases if "'s leave on " in phrase]
    assert len(away) == 7
    assert {"{3} works no nights", "{7} works no nights"} <= set(phrases)


async def test_nothing_clashes_where_all_can_hold() -> None:
    assert await clash(problem(member(), days=2, needs=(Need(0, "E", 1, NURSE),)), Asked(20)) == ()
    assert sentence(()) == ""
    assert sentence(("the most hours a week",)) == "the most hours a week cannot be kept."
