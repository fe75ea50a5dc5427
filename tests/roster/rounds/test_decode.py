"""The decoder makes a plan of anything, and none that breaks a rule."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.roster.domain.rounds.day import Break, Plan, Stop
from services.roster.domain.rounds.decode import decode, is_able
from services.roster.domain.rounds.draft import draft_of
from services.roster.domain.rounds.referee import evaluate
from tests.roster.rounds.days import a_call, a_day, a_nurse, any_day, any_draft


def starts(plan: Plan) -> dict[tuple[int, int], float]:
    return {(stop.call, stop.hand): stop.start for stop in plan.stops}


@given(luck=st.builds(Random, st.integers()))
@settings(deadline=None, max_examples=300)
def test_whatever_is_asked_for_the_plan_breaks_no_rule(luck: Random) -> None:
    day = any_day(luck, pins=True)
    order, crews, rests = any_draft(luck, day)
    plan = decode(day, order, crews, rests)
    assert evaluate(day, plan).broken == ()
    for number, call in enumerate(day.calls):
        is_served = call.pinned is not None or (number in order and is_able(call, crews[number]))
        assert (number not in plan.unserved) == is_served


@given(luck=st.builds(Random, st.integers()))
@settings(deadline=None)
def test_a_plan_that_is_taken_apart_is_made_again(luck: Random) -> None:
    day = any_day(luck)
    plan = decode(day, *any_draft(luck, day))
    draft = draft_of(day, plan)
    again = decode(day, draft.order, draft.crews, draft.rests)
    if all(len(call.hands) == 1 or call.apart == (0, 0) for call in day.calls):
        assert again == plan
    assert evaluate(day, again).broken == ()


def test_a_visit_begins_when_its_window_opens_or_its_nurse_is_there() -> None:
    day = a_day([a_nurse()], [a_call("a", 1), a_call("b", 2, window=(600, 700))], 0, 10, 30)
    assert starts(decode(day, [0, 1], [[0], [0]])) == {(0, 0): 490, (1, 0): 600}


def test_both_hands_of_a_double_handed_visit_begin_together() -> None:
    day = a_day([a_nurse(), a_nurse("n2", start=540)], [a_call("a", 1, [0], [1])], 0, 10)
    assert starts(decode(day, [0], [[0, 1]])) == {(0, 0): 550, (0, 1): 550}


def test_hands_that_follow_each_other_keep_the_least_and_the_most_time_apart() -> None:
    soon = a_day([a_nurse(), a_nurse("n2")], [a_call("a", 1, [0], [1], apart=(20, 40))], 0, 10)
    late = a_day([a_nurse(), a_nurse("n2", start=600)], [a_call("a", 1, [0], [1], apart=(20, 40))], 0, 10)
    assert starts(decode(soon, [0], [[0, 1]])) == {(0, 0): 490, (0, 1): 510}
    assert starts(decode(late, [0], [[0, 1]])) == {(0, 0): 570, (0, 1): 610}


def test_a_pinned_visit_keeps_its_nurse_and_its_time_and_others_go_around_it() -> None:
    calls = [a_call("a", 1, pinned=((0,), 500.0)), a_call("b", 2, minutes=10), a_call("c", 1, minutes=60)]
    plan = decode(a_day([a_nurse()], calls, 0, 5, 6), [2, 1, 0], [[0], [0], [0]])
    assert starts(plan) == {(0, 0): 500, (2, 0): 530, (1, 0): 591}
    plan = decode(a_day([a_nurse()], calls, 0, 5, 1), [1, 2, 0], [[0], [0], [0]])
    assert starts(plan) == {(1, 0): 481, (0, 0): 500, (2, 0): 530}


def test_what_stands_behind_a_pinned_visit_in_the_order_comes_after_it() -> None:
    calls = [a_call("a", 1, pinned=((0,), 600.0)), a_call("b", 1)]
    day = a_day([a_nurse()], calls, 0, 10)
    assert starts(decode(day, [0, 1], [[0], [0]]))[1, 0] == 630
    assert starts(decode(day, [1, 0], [[0], [0]]))[1, 0] == 490


def test_a_told_time_is_waited_for_where_moving_a_visit_has_a_price() -> None:
    call = a_call("a", 1, told_start=600)
    assert starts(decode(a_day([a_nurse()], [call], 0, 10), [0], [[0]])) == {(0, 0): 490}
    assert starts(decode(a_day([a_nurse()], [call], 0, 10, moved=5), [0], [[0]])) == {(0, 0): 600}


def test_a_visit_that_comes_too_late_is_still_made_and_told() -> None:
    day = a_day([a_nurse()], [a_call("a", 1, window=(480, 485))], 0, 10)
    plan = decode(day, [0], [[0]])
    assert plan == Plan((Stop(0, 0, 0, 490),))
    assert evaluate(day, plan).late == 5


def test_what_nobody_is_able_to_do_is_left_out_and_told() -> None:
    day = a_day([a_nurse()], [a_call("a", 1, ())], 0, 10)
    assert decode(day, [0], [[0]]) == Plan((), (0,))


def test_without_nurses_nothing_is_served() -> None:
    assert decode(a_day([], [a_call("a", 1, ()), a_call("b", 1, ())], 0, 10), [0, 1], [[], []]) == Plan((), (0, 1))


def test_a_break_is_taken_where_it_is_asked_for() -> None:
    nurse = a_nurse(rest=Break(30, 500, 900))
    day = a_day([nurse], [a_call("a", 1), a_call("b", 1)], 0, 10)
    assert starts(decode(day, [0, 1], [[0], [0]], [0.0]))[1, 0] == 550
    assert starts(decode(day, [0, 1], [[0], [0]], [600.0]))[1, 0] == 520
