"""The referee prices a plan as it stands, and names each rule that it breaks."""

import pytest

from services.roster.domain.rounds.day import Break, Call, Cost, Day, Nurse, Plan, Stop
from services.roster.domain.rounds.referee import evaluate
from services.roster.domain.share import Share
from tests.roster.rounds.days import a_call, a_day, a_nurse

GOOD = Plan((Stop(0, 0, 0, 490),))


def judged(
    *stops: Stop, nurses: tuple[Nurse, ...] = (a_nurse(),), unserved: tuple[int, ...] = (), **call: object
) -> Cost:
    """The cost of a plan for one visit ten minutes away, by one nurse unless it is said otherwise."""
    groups = call.pop("able", ([0],))
    assert isinstance(groups, tuple)
    return evaluate(a_day(nurses, [a_call("a", 1, *groups, **call)], 0, 10), Plan(stops, unserved))


def test_the_way_there_and_the_way_home_are_travel() -> None:
    found = judged(Stop(0, 0, 0, 490))
    assert found == Cost(20, 20, 0, 0, 0, 0, 0, 0, Share(0, 0, None), ())


def test_nobody_out_and_nobody_visited_costs_nothing() -> None:
    assert evaluate(Day((), (), ()), Plan(())) == Cost(0, 0, 0, 0, 0, 0, 0, 0, Share(0, 0, None), ())


@pytest.mark.parametrize(
    ("rule", "stops", "call"),
    [
        ("overlap", (Stop(0, 0, 0, 489),), {}),
        ("early", (Stop(0, 0, 0, 490),), {"window": (491, 600)}),
        ("skill", (Stop(0, 0, 0, 490),), {"able": ([1],)}),
        ("twice", (Stop(0, 0, 0, 490), Stop(0, 0, 1, 490)), {"able": ([0, 1],)}),
        ("apart", (Stop(0, 0, 0, 490), Stop(0, 1, 1, 491)), {"able": ([0], [1])}),
        ("apart", (Stop(0, 0, 0, 490), Stop(0, 1, 1, 560)), {"able": ([0], [1]), "apart": (20, 60)}),
        ("same_hands", (Stop(0, 0, 0, 490), Stop(0, 1, 0, 520)), {"able": ([0], [0]), "apart": (30, 30)}),
        ("pinned", (Stop(0, 0, 0, 491),), {"pinned": ((0,), 490.0)}),
        ("pinned", (Stop(0, 0, 1, 490),), {"pinned": ((0,), 490.0)}),
        ("missing", (Stop(0, 0, 0, 490),), {"able": ([0], [1])}),
        ("missing", (), {}),
    ],
)
def test_each_broken_rule_is_named_with_its_visit(rule: str, stops: tuple[Stop, ...], call: dict[str, object]) -> None:
    assert judged(*stops, nurses=(a_nurse(), a_nurse("n2")), **call).broken == (f"{rule}: a",)


def test_a_visit_both_served_and_left_out_is_there_twice() -> None:
    assert judged(Stop(0, 0, 0, 490), unserved=(0,)).broken == ("twice: a",)


def test_a_visit_that_is_left_out_is_told_and_paid_for() -> None:
    found = judged(unserved=(0,), drop=700)
    assert (found.total, found.broken) == (700, ())


def test_a_minute_late_is_paid_for_by_each_hand_and_the_worst_once_more() -> None:
    late = a_call("a", 1, [0], [1], window=(480, 485))
    day = a_day([a_nurse(), a_nurse("n2")], [late], 0, 10, worst_late=2)
    found = evaluate(day, Plan((Stop(0, 0, 0, 490), Stop(0, 1, 1, 490))))
    assert (found.late, found.worst_late, found.total) == (10, 5, 40 + 3 * 10 + 2 * 5)


def test_a_minute_after_the_shift_is_overtime_until_she_is_home() -> None:
    found = judged(Stop(0, 0, 0, 490), nurses=(a_nurse(end=525),))
    assert (found.overtime, found.total) == (5, 20 + 10 * 5)


@pytest.mark.parametrize(
    ("second", "end", "no_break"),
    [
        (550, 600, 0),  # a gap of 30 minutes between the visits
        (549, 600, 1),  # a minute too short
        (549, 619, 0),  # a break before the way home instead
        (549, 618, 1),
    ],
)
def test_a_break_is_a_gap_between_visits_or_before_the_way_home(second: int, end: int, no_break: int) -> None:
    nurse = a_nurse(end=end, rest=Break(30, 500, 570))
    day = a_day([nurse], [a_call("a", 1), a_call("b", 1)], 0, 10)
    found = evaluate(day, Plan((Stop(0, 0, 0, 490), Stop(1, 0, 0, second))))
    assert found.no_break == no_break
    assert found.total == 20 + 10 * found.overtime + 200 * no_break


@pytest.mark.parametrize(("hours", "no_break"), [((520, 550), 0), ((521, 600), 1), ((500, 549), 1)])
def test_a_gap_outside_the_hours_of_the_break_is_none(hours: tuple[int, int], no_break: int) -> None:
    nurse = a_nurse(end=580, rest=Break(30, *hours))
    day = a_day([nurse], [a_call("a", 1), a_call("b", 1)], 0, 10)
    assert evaluate(day, Plan((Stop(0, 0, 0, 490), Stop(1, 0, 0, 550)))).no_break == no_break


def test_who_makes_no_visit_needs_no_break() -> None:
    assert judged(unserved=(0,), nurses=(a_nurse(end=490, rest=Break(30, 480, 490)),)).no_break == 0


def test_faces_are_priced_and_counted_on_the_first_hand() -> None:
    calls = [a_call("a", 1, [0, 1], [0, 1], faces=(15, 0)), a_call("b", 1, [0, 1], faces=(4, 15))]
    day = a_day([a_nurse(), a_nurse("n2")], calls, 0, 10)
    found = evaluate(day, Plan((Stop(0, 0, 0, 490), Stop(0, 1, 1, 490), Stop(1, 0, 0, 520))))
    assert found.faces == 19
    assert found.named_or_buddy == Share(1, 2, 50.0)


def test_a_visit_at_another_time_than_told_is_moved() -> None:
    for told, moved in ((490, 0), (500, 1), (480, 1)):
        day = a_day([a_nurse()], [a_call("a", 1, told_start=told)], 0, 10, moved=5)
        found = evaluate(day, GOOD)
        assert (found.moved, found.total) == (moved, 20 + 5 * moved)


def test_of_two_pinned_visits_that_cannot_both_be_reached_nothing_is_asked() -> None:
    calls: list[Call] = [a_call("a", 1, pinned=((0,), 481.0)), a_call("b", 0, pinned=((0,), 500.0))]
    found = evaluate(a_day([a_nurse()], calls, 0, 10), Plan((Stop(0, 0, 0, 481), Stop(1, 0, 0, 500))))
    assert found.broken == ()


def test_a_pinned_visit_that_an_unpinned_one_makes_unreachable_is_an_overlap() -> None:
    calls = [a_call("a", 1), a_call("b", 1, pinned=((0,), 500.0))]
    found = evaluate(a_day([a_nurse()], calls, 0, 10), Plan((Stop(0, 0, 0, 490), Stop(1, 0, 0, 500))))
    assert found.broken == ("overlap: b",)
