"""CP-SAT finds what going through every solution finds, in each form, and says what clashes where nothing fits."""

import time
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings

from services.roster.solver.cpsat import solve_here
from services.roster.solver.found import is_solution, rounded_up
from services.roster.solver.model import Form, Model, Outcome, Progress, Row, Runs
from tests.roster.engines.models import IN_TURN, a_model, any_model, least, priced_runs


def solved(model: Model, form: Form = Form.WINDOW, told: list[Progress] | None = None) -> Outcome:
    heard = [] if told is None else told
    return solve_here(model, replace(IN_TURN, form=form), heard.append, lambda: False)


def many() -> Model:
    """Forty people over four weeks: nothing that ends by itself soon."""
    days, people = 28, 40
    rows = tuple(
        Row(tuple(person * days + day for person in range(people)), (1,) * people, 11 + day % 3, 13 + day % 5)
        for day in range(days)
    )
    runs = tuple(Runs(tuple(range(one * days, (one + 1) * days)), 5, 2, 2) for one in range(people))
    return a_model(
        people * days, tuple((var, (var * 7919) % 23 - 9) for var in range(people * days)), rows=rows, runs=runs
    )


@settings(max_examples=40, deadline=None)
@given(model=priced_runs())
def test_every_form_of_runs_finds_what_trying_all_finds(model: Model) -> None:
    known = least(model)
    for form in Form:
        outcome = solved(model, form)
        assert outcome.best == known
        assert outcome.status == ("infeasible" if known is None else "optimal")
        assert outcome.bound == known or known is None


@settings(max_examples=60, deadline=None)
@given(model=any_model())
def test_rows_clauses_and_conditions_mean_what_they_say(model: Model) -> None:
    known = least(model)
    for form in (Form.WINDOW, Form.FLOW):
        outcome = solved(model, form)
        assert outcome.best == known
        assert outcome.values is None or is_solution(model, outcome.values)


def test_what_is_fixed_stays_as_it_is() -> None:
    model = replace(a_model(3, ((0, -1), (1, -1), (2, -1))), fixed=((1, 0),))
    assert solved(model).values == (1, 0, 1)


def test_a_hint_that_is_the_best_is_told_first() -> None:
    told: list[Progress] = []
    row = Row((0, 1, 2), (1, 1, 1), 2, 2)
    model = a_model(3, ((0, 3), (1, 1), (2, 1)), rows=(row,))
    for form in Form:
        assert solved(replace(model, hint=(0, 1, 1)), form, told).values == (0, 1, 1)
        assert next(one.best for one in told if one.best is not None) == 2


def test_a_model_without_prices_costs_its_constant() -> None:
    assert solved(a_model(1, constant=5)).best == 5


def test_where_nothing_fits_only_the_wishes_that_clash_are_named() -> None:
    """Leave of two and a nurse on duty clash; somebody's free Friday has no part in it."""
    rows = (
        Row((0,), (1,), None, 0, only_if=3),
        Row((1,), (1,), None, 0, only_if=4),
        Row((2,), (1,), None, 0, only_if=5),
        Row((0, 1), (1, 1), 1, None, only_if=6),
    )
    named = ((3, "leave of {0}"), (4, "leave of {1}"), (5, "the free Friday of {2}"), (6, "a nurse on duty"))
    outcome = solved(a_model(7, ((0, 1),), rows=rows, named=named))
    assert outcome.status == "infeasible"
    assert outcome.values is None
    assert sorted(outcome.clash) == ["a nurse on duty", "leave of {0}", "leave of {1}"]


def test_where_something_fits_named_wishes_hold() -> None:
    outcome = solved(a_model(2, ((0, -5),), rows=(Row((0,), (1,), None, 0, only_if=1),), named=((1, "leave"),)))
    assert (outcome.status, outcome.values, outcome.clash) == ("optimal", (0, 1), ())


def test_a_clash_without_names_is_infeasible_all_the_same() -> None:
    assert solved(a_model(1, rows=(Row((0,), (1,), 2, None),))).status == "infeasible"


def test_the_same_seed_and_one_worker_find_the_same() -> None:
    few = replace(IN_TURN, deterministic_seconds=0.3)
    first, second = (solve_here(many(), few, lambda told: None, lambda: False) for _ in range(2))
    assert first.values == second.values


def test_whoever_stops_it_gets_the_best_so_far() -> None:
    begun, asked = time.monotonic(), count()
    endless = replace(IN_TURN, seconds=100, deterministic_seconds=None)
    outcome = solve_here(many(), endless, lambda told: None, lambda: next(asked) > 10)
    assert time.monotonic() - begun < 30
    assert outcome.status in ("feasible", "optimal", "unknown")
    assert outcome.values is None or is_solution(many(), outcome.values)


def test_what_is_told_gets_better_and_the_bound_nearer() -> None:
    told: list[Progress] = []
    solve_here(many(), replace(IN_TURN, deterministic_seconds=0.5), told.append, lambda: False)
    costs = [one.best for one in told if one.best is not None]
    bounds = [one.bound for one in told if one.bound is not None]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)


@pytest.mark.parametrize(("bound", "whole"), [(2.0000001, 2), (2.1, 3), (-1.5, -1), (float("-inf"), None), (0.0, 0)])
def test_a_bound_is_rounded_up_to_what_a_whole_price_can_be(bound: float, whole: int | None) -> None:
    assert rounded_up(bound) == whole
