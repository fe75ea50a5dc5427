"""The annealer knows what each change costs, and ends with a plan no dearer than the one that it began with."""

from collections.abc import Callable
from itertools import count
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.roster.domain.rounds.day import Break, Day, Plan, Stop
from services.roster.domain.rounds.decode import Draft, decode
from services.roster.domain.rounds.draft import draft_of
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing import anneal
from services.roster.solver.annealing.moves import Moves
from services.roster.solver.annealing.rounds import PIN, Rounds
from tests.roster.rounds.days import a_call, a_day, a_nurse, any_day, any_draft

LUCK = st.builds(Random, st.integers())


def ticking() -> Callable[[], float]:
    """A clock that goes on by one whenever somebody looks."""
    ticks = count()
    return lambda: float(next(ticks))


def annealed(day: Day, looks: int = 30, start: Plan | None = None, **heat: float) -> Plan:
    return anneal(day, looks, seed=1, clock=ticking(), start=start, **heat)


@given(luck=LUCK)
@settings(deadline=None, max_examples=150)
def test_each_trial_costs_what_the_referee_says(luck: Random) -> None:
    day = any_day(luck)
    order, crews, rests = any_draft(luck, day)
    start = draft_of(day, decode(day, order, crews, rests))
    rounds = Rounds(day, Draft(start.order, start.crews, tuple(rests)))
    moves = Moves(rounds, luck)
    for _ in range(40 if moves.free else 0):
        change = moves.draw()
        if change is None:
            continue
        total = rounds.trial(change)
        assert abs(total - evaluate(day, decode(day, change.order, rounds.crew, rounds.rests)).total) < 1e-6
        if luck.random() < 0.5:
            rounds.keep(total)
        else:
            moves.undo()
    assert abs(rounds.total - evaluate(day, rounds.plan()).total) < 1e-6


@given(luck=LUCK)
@settings(deadline=None, max_examples=60)
def test_with_pinned_visits_a_trial_costs_what_the_referee_says_or_is_refused_by_its_price(luck: Random) -> None:
    day = any_day(luck, pins=True)
    start = draft_of(day, decode(day, *any_draft(luck, day)))
    rounds = Rounds(day, start)
    moves = Moves(rounds, luck)
    for _ in range(20 if moves.free else 0):
        change = moves.draw()
        if change is None:
            continue
        total = rounds.trial(change)
        found = evaluate(day, decode(day, change.order, rounds.crew, rounds.rests))
        assert found.broken == ()
        assert total > PIN / 100 or abs(total - found.total) < 1e-6
        moves.undo()


@given(luck=LUCK)
@settings(deadline=None, max_examples=40)
def test_the_plan_breaks_no_rule_and_is_no_dearer_than_the_first(luck: Random) -> None:
    day = any_day(luck, pins=True)
    start = decode(day, *any_draft(luck, day))
    found = evaluate(day, annealed(day, 3, start))
    assert found.broken == ()
    assert found.total <= evaluate(day, start).total + 1e-6


def test_a_better_crew_and_order_are_found() -> None:
    nurses = [a_nurse("n1", home=0), a_nurse("n2", home=3)]
    calls = [a_call("a", 1, [0, 1], faces=(0, 15)), a_call("b", 2, [0, 1], faces=(15, 0)), a_call("c", 1, [0, 1])]
    day = a_day(nurses, calls, 0, 10, 50, 60)
    poor = decode(day, [0, 1, 2], [[1], [0], [1]])
    plan = annealed(day, start=poor)
    assert evaluate(day, plan).total == 40
    assert {(stop.call, stop.nurse) for stop in plan.stops} == {(0, 0), (1, 1), (2, 0)}


def test_the_same_seed_and_time_give_the_same_plan() -> None:
    day = any_day(Random(5))
    assert annealed(day) == annealed(day)


def test_without_time_it_is_the_plan_of_the_cheapest_insertions() -> None:
    day = a_day([a_nurse()], [a_call("a", 1), a_call("b", 2)], 0, 10, 20)
    assert evaluate(day, annealed(day, 0)).total == 40


def test_what_nobody_can_do_stays_out_and_without_nurses_everything_does() -> None:
    assert annealed(a_day([a_nurse()], [a_call("a", 1, []), a_call("b", 1)], 0, 10)).unserved == (0,)
    assert annealed(a_day([], [a_call("a", 1, [])], 0, 10)) == Plan((), (0,))
    assert annealed(a_day([], [], 0)) == Plan(())


def test_a_visit_that_costs_more_than_it_is_worth_is_left_out() -> None:
    day = a_day([a_nurse()], [a_call("a", 1, window=(480, 490), drop=50), a_call("b", 0)], 0, 60)
    assert annealed(day).unserved == (0,)


def test_a_break_is_moved_to_where_it_costs_nothing() -> None:
    nurse = a_nurse(end=660, rest=Break(30, 480, 660))
    calls = [a_call("a", 1, minutes=60), a_call("b", 1, window=(600, 600), minutes=50)]
    found = evaluate(day := a_day([nurse], calls, 0, 10), annealed(day))
    assert (found.no_break, found.late, found.overtime) == (0, 0, 0)


def test_little_heat_and_a_price_for_moving_keep_what_clients_were_told() -> None:
    calls = [a_call("a", 1, told_start=600), a_call("b", 2, told_start=700), a_call("c", 1, told_start=520)]
    day = a_day([a_nurse()], calls, 0, 10, 20, moved=100)
    told = Plan((Stop(2, 0, 0, 520), Stop(0, 0, 0, 600), Stop(1, 0, 0, 700)))
    assert annealed(day, start=told, hot=1, cold=0.1) == told


def test_it_stops_when_it_is_asked_to_and_tells_of_what_it_finds() -> None:
    clock, told = ticking(), list[Plan]()
    calls = [a_call("a", 1, [0, 1], faces=(0, 15)), a_call("b", 2, [0, 1], faces=(15, 0))]
    day = a_day([a_nurse("n1", home=0), a_nurse("n2", home=3)], calls, 0, 10, 50, 60)
    anneal(day, 1e9, seed=1, clock=lambda: float("inf") if told else clock(), tell=told.append)
    assert len(told) == 1
