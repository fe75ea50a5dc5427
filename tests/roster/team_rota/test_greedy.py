"""A first roster at once, by hand as it were, which breaks no rule."""

from dataclasses import replace
from time import thread_time

import pytest

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota.scored import Law
from services.roster.solver.found import is_solution
from services.roster.solver.team.build import build
from services.roster.solver.team.greedy import Cells, first_roster
from services.roster.solver.team.read import gaps, values_of
from tests.roster.rota.made import problem
from tests.roster.team_rota.rotas import nine_to_five, some_team, twelve


@pytest.mark.parametrize("made", [twelve(3), twelve(11), twelve(12), twelve(13), nine_to_five()])
def test_a_first_roster_keeps_every_rule_and_covers_nearly_everything(made: Problem) -> None:
    model, names = build(made)
    roster = first_roster(made, names.cells)
    assert score(made, roster).breaches == ()
    assert is_solution(model, values_of(names, roster))
    assert len(gaps(made, roster)) <= 3


@pytest.mark.parametrize("seed", range(20))
def test_what_is_lacking_is_left_open_and_no_rule_is_broken(seed: int) -> None:
    made = some_team(seed)
    roster = first_roster(made, build(made)[1].cells)
    assert {breach.law for breach in score(made, roster).breaches} <= {Law.ROLE_ON_DUTY}


def test_pinned_and_past_days_stay() -> None:
    pins = ((0, 0, "E"), (0, 1, None), (1, 0, "N"), (1, 1, "N"), (2, 3, None))
    made = replace(twelve(), fixed=pins)
    roster = first_roster(made, build(made)[1].cells)
    assert [roster[who][day] for who, day, _ in pins] == [code for _, _, code in pins]


def test_a_team_without_anybody_has_an_empty_roster() -> None:
    made = problem(days=7)
    assert first_roster(made, ()) == ()


def test_a_first_roster_of_twelve_people_and_four_weeks_is_there_at_once() -> None:
    made = twelve()
    cells = build(made)[1].cells
    first_roster(made, cells)
    assert min(_seconds(made, cells) for _ in range(3)) < 0.25  # a tenth of it is meant


def _seconds(made: Problem, cells: Cells) -> float:
    began = thread_time()
    first_roster(made, cells)
    return thread_time() - began
