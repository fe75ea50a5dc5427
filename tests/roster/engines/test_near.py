"""The search near a solution: it betters what it began with, never worsens it, and keeps to everything."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as some

from services.roster.solver import engine, race
from services.roster.solver.cpsat.near import begins, near
from services.roster.solver.found import is_solution, objective
from services.roster.solver.model import Form, Model, Outcome, Progress, Settings
from services.roster.solver.part import Whole
from services.roster.solver.team.build import build
from services.roster.solver.team.greedy import first_roster
from services.roster.solver.team.read import values_of
from tests.roster.engines.models import a_model, any_model, least, solutions
from tests.roster.team_rota.rotas import twelve

NEAR = Settings("cpsat", Form.WINDOW, 60, workers=1, near=True, deterministic_seconds=0.1)
PROOF = Settings("highs", Form.FLOW, 60, workers=1)


@cache
def by_hand() -> Model:
    """Twelve people over two weeks, with the roster that is made by hand."""
    made = twelve(weeks=2)
    model, names = build(made)
    return replace(model, hint=values_of(names, first_roster(made, names.cells)))


def found_near(model: Model, told: list[Progress], is_stopped: Callable[[], bool] = lambda: False) -> Outcome:
    return near(model, NEAR, told.append, is_stopped)


def dearest(model: Model) -> tuple[int, ...]:
    found = max(solutions(model), key=lambda values: objective(model, values), default=None)
    assume(found is not None)
    return found or ()


@given(model=any_model(), draw=some.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_part_has_the_solutions_that_agree_with_what_is_held(model: Model, draw: Random) -> None:
    values = dearest(model)
    held = {var for var in range(model.bools) if draw.random() < 0.4}
    part = Whole(model).part(values, held)
    found = [part.whole(one) for one in solutions(part.model)]
    agreeing = [one for one in solutions(model) if all(one[var] == values[var] for var in held)]
    assert set(found) <= set(agreeing)
    assert [objective(part.model, one) for one in solutions(part.model)] == [objective(model, one) for one in found]
    assert least(part.model) == min(objective(model, one) for one in agreeing)
    assert part.model.hint is not None
    assert objective(part.model, part.model.hint) <= objective(model, values)


@given(any_model())
@settings(max_examples=20, deadline=None)
def test_it_comes_to_the_best_of_a_small_board_and_proves_it(model: Model) -> None:
    board = (tuple((var,) for var in range(model.bools)),)
    outcome = found_near(replace(model, hint=dearest(model), board=board), [])
    assert outcome.status == "optimal"
    assert outcome.best == outcome.bound == least(model)
    assert outcome.values is not None
    assert is_solution(model, outcome.values)
    assert objective(model, outcome.values) == outcome.best


def test_a_roster_made_by_hand_gets_better_only_and_breaks_nothing() -> None:
    told = list[Progress]()
    outcome = found_near(by_hand(), told, lambda: len(told) >= 3)
    costs = [objective(by_hand(), by_hand().hint or ()), *(one.best or 0 for one in told)]
    assert costs == sorted(set(costs), reverse=True)
    assert all(one.values is not None and is_solution(by_hand(), one.values) for one in told)
    assert all(one.values is not None and objective(by_hand(), one.values) == one.best for one in told)
    assert outcome.best == costs[-1]


def test_whoever_stops_it_before_it_begins_has_what_was_there() -> None:
    outcome = found_near(by_hand(), [], lambda: True)
    assert outcome.values == by_hand().hint
    assert outcome.bound is None


def test_the_same_seed_finds_the_same() -> None:
    once, again, other = list[Progress](), list[Progress](), list[Progress]()
    for told in (once, again):
        found_near(by_hand(), told, lambda told=told: len(told) >= 4)  # type: ignore[misc]
    near(by_hand(), replace(NEAR, seed=2), other.append, lambda: len(other) >= 4)
    assert [one.values for one in once] == [one.values for one in again]
    assert [one.values for one in once] != [one.values for one in other]


def test_it_begins_only_where_there_is_a_solution_and_a_board() -> None:
    assert begins(by_hand())
    assert not begins(replace(by_hand(), board=()))
    assert not begins(replace(by_hand(), hint=None))
    assert not begins(replace(by_hand(), hint=tuple(1 - value for value in by_hand().hint or ())))


async def test_without_a_solution_the_whole_is_searched() -> None:
    model = replace(a_model(2, ((0, -3), (1, 2))), board=(((0,), (1,)),))
    outcome = await engine.solve(model, NEAR, tell=lambda told: None, stop=asyncio.Event())
    assert (outcome.status, outcome.values) == ("optimal", (1, 0))


async def test_a_proof_of_one_engine_ends_the_search_of_the_other() -> None:
    endless = replace(by_hand(), objective=(), constant=5)
    begun = time.monotonic()
    plan = (race.Turn((replace(PROOF, seconds=0), NEAR)),)
    outcome = await race.solve(endless, 300, seed=1, tell=lambda told: None, stop=asyncio.Event(), plan=plan)
    assert (outcome.status, outcome.best) == ("optimal", 5)
    assert time.monotonic() - begun < 60


async def test_side_by_side_one_brings_the_bound_and_the_other_better_rosters() -> None:
    told, stop = list[Progress](), asyncio.Event()

    def tell(progress: Progress) -> None:
        told.append(progress)
        engines = {one.engine for one in told if one.values is not None or one.bound is not None}
        if engines >= {"highs", "cpsat"} and any(one.bound is not None for one in told):
            stop.set()

    outcome = await race.solve(by_hand(), 300, seed=1, tell=tell, stop=stop, plan=race.ON)
    costs = [one.best for one in told if one.best is not None]
    assert costs == sorted(costs, reverse=True)
    assert outcome.bound is not None
    assert outcome.best == costs[-1]


async def test_a_bound_that_is_known_already_is_a_proof_for_whoever_reaches_it() -> None:
    model = a_model(2, ((0, -3), (1, 2)))
    outcome = await race.solve(
        model, 60, seed=1, tell=lambda told: None, stop=asyncio.Event(), plan=race.AT_ONCE, bound=-3
    )
    assert (outcome.status, outcome.bound) == ("optimal", -3)
