"""The program says of a roster what its judge says: the same points, and a broken row where a rule is broken."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.roster.domain.rota import score
from services.roster.domain.rota.scored import Law
from services.roster.domain.rota.slots import UnknownDuty
from services.roster.solver.found import is_solution, objective
from services.roster.solver.team.build import build
from services.roster.solver.team.read import read, values_of
from tests.roster.rota.made import duty, member, problem
from tests.roster.team_rota.rotas import random_roster, some_team, twelve

MANY = settings(max_examples=60, deadline=None)


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.3, 0.5, 0.8]))
@MANY
def test_a_roster_costs_in_the_program_what_it_costs_by_its_score(seed: int, share: float) -> None:
    made = some_team(seed)
    roster = random_roster(made, seed, share)
    model, names = build(made)
    values = values_of(names, roster)
    assert read(names, values) == roster
    assert objective(model, values) == score(made, roster).points


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.2, 0.3, 0.5]), st.sampled_from([4, 10, 14]))
@MANY
def test_a_roster_breaks_a_row_where_it_breaks_a_rule_and_nowhere_else(seed: int, share: float, days: int) -> None:
    made = some_team(seed, days=days)
    roster = random_roster(made, seed, share)
    model, names = build(made)
    laws = {breach.law for breach in score(made, roster).breaches}
    if laws != {Law.ROLE_ON_DUTY}:
        assert is_solution(model, values_of(names, roster)) == (not laws), laws


@pytest.mark.parametrize("seed", range(3))
def test_pins_stay_though_they_break_a_rule(seed: int) -> None:
    made = some_team(seed)
    made = replace(made, fixed=tuple((0, day, "N") for day in range(5)))
    model, names = build(made)
    roster = (("N",) * 5 + (None,) * 9, *((None,) * 14 for _ in made.members[1:]))
    values = values_of(names, roster)
    assert objective(model, values) == score(made, roster).points
    assert all(values[var] == value for var, value in model.fixed)


def test_nobody_is_given_a_pattern_of_history_alone() -> None:
    made = problem(member(before=("07:00-17:00",)), days=7, history=(duty("07:00-17:00", 7, 17),))
    _, names = build(made)
    assert {code for row in names.cells for of_day in row for code in of_day} == {"E", "L", "M", "N"}
    with pytest.raises(UnknownDuty):
        score(made, (("07:00-17:00", *(None,) * 6),))


def test_a_program_of_twelve_people_is_small() -> None:
    model, _ = build(twelve())
    assert model.bools < 5000
    assert len(model.rows) < 4000
