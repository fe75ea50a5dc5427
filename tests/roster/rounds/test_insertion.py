"""What if we took her on: every place is tried, and the answer says who, when and what it changes."""

from dataclasses import replace
from random import Random

import pytest

from services.roster.domain.rounds.day import Break, Day, Plan
from services.roster.domain.rounds.decode import decode
from services.roster.domain.rounds.draft import draft_of
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing import anneal
from services.roster.solver.insertion import insertions
from tests.roster.rounds.days import a_call, a_day, a_nurse


def a_full_day(seed: int) -> Day:
    """Three nurses and six visits, of which the last is the new one."""
    luck = Random(seed)
    calls = []
    for number in range(6):
        able = luck.sample(range(3), luck.randint(1, 3))
        opens = luck.choice((480, 540, 600))
        faces = tuple(luck.choice((0, 4, 15)) for _ in range(3))
        calls.append(a_call(f"c{number}", number, able, window=(opens, opens + 60), faces=faces))
    return a_day([a_nurse(name) for name in "abc"], calls, *(luck.randint(0, 60) for _ in range(6)))


def without_the_last(day: Day) -> Plan:
    first = replace(day, calls=day.calls[:-1])
    plan = anneal(first, 0, seed=1, clock=lambda: 0.0)
    return replace(plan, unserved=(*plan.unserved, len(day.calls) - 1))


@pytest.mark.parametrize("seed", range(20))
def test_the_cheapest_of_all_places_is_found(seed: int) -> None:
    day = a_full_day(seed)
    plan, new = without_the_last(day), len(day.calls) - 1
    draft = draft_of(day, plan)
    before = evaluate(day, decode(day, draft.order, draft.crews, draft.rests)).total - day.calls[new].drop
    every = [
        evaluate(day, decode(day, [*draft.order[:to], new, *draft.order[to:]], [*draft.crews[:new], (nurse,)])).total
        for nurse in day.calls[new].hands[0].able
        for to in range(len(draft.order) + 1)
    ]
    found = insertions(day, plan, new)
    assert found[0].delta_total == pytest.approx(min(every) - before)
    assert [one.delta_total for one in found] == sorted(one.delta_total for one in found)
    assert {one.nurses for one in found} == {(nurse,) for nurse in day.calls[new].hands[0].able}


def test_it_says_who_comes_when_and_what_changes() -> None:
    calls = [a_call("a", 1, window=(480, 490)), a_call("new", 2, [0, 1], faces=(15, 4))]
    day = a_day([a_nurse(), a_nurse("n2")], calls, 0, 10, 15)
    first, second = insertions(day, Plan(decode(day, [0], [[0], []]).stops, (1,)), 1)
    assert (first.nurses, first.start, first.delta_travel, first.faces, first.delta_total) == ((0,), 525, 10, 15, 25)
    assert (second.nurses, second.start, second.delta_travel, second.faces, second.delta_total) == (
        (1,),
        495,
        30,
        4,
        34,
    )
    assert evaluate(day, first.plan).broken == ()
    assert first.plan.unserved == ()


def test_two_hands_are_found_together() -> None:
    day = a_day([a_nurse(), a_nurse("n2"), a_nurse("n3")], [a_call("new", 1, [0], [1, 2])], 0, 10)
    assert [one.nurses for one in insertions(day, Plan((), (0,)), 0)] == [(0, 1), (0, 2)]


def test_most_says_how_many_ways_are_told_and_nobody_able_is_no_way() -> None:
    day = a_day([a_nurse(str(name)) for name in range(9)], [a_call("a", 1, range(9)), a_call("b", 1, [])], 0, 10)
    assert len(insertions(day, Plan((), (0, 1)), 0)) == 5
    assert len(insertions(day, Plan((), (0, 1)), 0, most=2)) == 2
    assert insertions(day, Plan((), (0, 1)), 1) == ()


def test_a_break_that_the_new_visit_takes_the_place_of_is_given_back() -> None:
    nurse = a_nurse(end=700, rest=Break(30, 500, 660))
    day = a_day([nurse], [a_call("a", 1), a_call("new", 1, minutes=130)], 0, 10)
    plan = decode(day, [0], [[0], []])
    assert evaluate(day, insertions(day, plan, 1)[0].plan).no_break == 0
