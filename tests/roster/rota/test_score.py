"""One judge for every roster: its parts add up, and a part of it can be asked alone."""

from collections.abc import Callable
from dataclasses import replace
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.roster.domain.rota import check, difference, score
from services.roster.domain.rota.problem import Need, Problem, Roster, Wish
from services.roster.domain.rota.scored import Code, Law, Score
from tests.roster.rota.made import a_team, duty, member, problem, row

CODES = st.sampled_from([None, None, "E", "L", "M", "N"])
DAYS, PEOPLE = 14, 4
ROSTERS = st.tuples(*[st.tuples(*[CODES] * DAYS)] * PEOPLE)
FEW = settings(max_examples=60, deadline=None)


def four_people() -> Problem:
    """Four of whom one is not cleared, one is on leave and one works no nights, with history and wishes."""
    members = (
        member(1, leave={3: 450}, before=("E",) * 5, wanted=(Wish(2, "N", 2),)),
        member(2, minutes_per_week=1800, cleared=False, unwanted=(Wish(5, None, 1),)),
        member(3, works_nights=False, cannot=frozenset({(4, "E")}), worked_minutes=(3000,) * 16),
        member(4, minutes_per_week=1200, role="nursing_assistant", owed_nights=130),
    )
    needs = tuple(
        Need(day, code, 1, (("role:registered_nurse", 1), ("skill:catheter", 1)))
        for day in range(DAYS)
        for code in ("E", "N")
    )
    base = tuple(("E",) * DAYS for _ in members)
    return problem(*members, days=DAYS, needs=needs, base=base)


@given(ROSTERS)
@FEW
def test_a_score_is_the_sum_of_its_matches(roster: Roster) -> None:
    found = score(four_people(), roster)
    assert [rule.code for rule in found.rules] == list(Code)
    for rule in found.rules:
        assert rule.points == sum(match.points for match in rule.matches)
        assert all(match.points > 0 and match.points % rule.weight == 0 for match in rule.matches)
    assert found.points == sum(rule.points for rule in found.rules)


@given(ROSTERS)
@FEW
def test_words_name_nobody_and_take_a_name_for_each_person(roster: Roster) -> None:
    found = score(four_people(), roster)
    for match in (match for rule in found.rules for match in rule.matches):
        assert match.words.format(*("Ana" for _ in match.members))
    for breach in found.breaches:
        assert breach.words.format("Ana")
        assert 0 <= breach.rest_owed_minutes <= breach.missing_minutes


@given(ROSTERS, st.sets(st.integers(0, PEOPLE - 1), min_size=1, max_size=2))
@FEW
def test_a_check_of_some_is_the_part_of_the_score_that_names_them(roster: Roster, members: set[int]) -> None:
    made = replace(four_people(), base=None)
    theirs = {day for one in members for day in range(DAYS) if roster[one][day] is not None}
    whole, part = score(made, roster), check(made, roster, members)
    for rule, of_them in zip(whole.rules, part.rules, strict=True):
        named = [match for match in rule.matches if set(match.members) & members]
        named += [match for match in rule.matches if not match.members and set(match.days) <= theirs]
        assert sorted(of_them.matches, key=str) == sorted(named, key=str)
    of_the_team = [b for b in whole.breaches if b.member is None and set(b.days) <= theirs]
    expected = [breach for breach in whole.breaches if breach.member in members] + of_the_team
    assert sorted(part.breaches, key=str) == sorted(expected, key=str)


@given(ROSTERS, ROSTERS)
@FEW
def test_a_difference_is_what_one_roster_costs_more_than_the_other(roster: Roster, other: Roster) -> None:
    before, after = score(four_people(), roster), score(four_people(), other)
    assert sum(points for _, points in difference(before, after)) == after.points - before.points
    assert difference(before, before) == ()


def test_a_swap_costs_what_its_check_says() -> None:
    made = replace(four_people(), base=None)
    before = (row("E . E . . . . . . . . . . ."), *(row(". " * DAYS),) * 3)
    after = (row(". . E . . . . . . . . . . ."), row("E" + " ." * (DAYS - 1)), *before[2:])
    here = difference(check(made, before, {0, 1}, days={0}), check(made, after, {0, 1}, days={0}))
    assert here == difference(score(made, before), score(made, after))


def test_a_check_sees_the_gap_that_a_change_leaves() -> None:
    made = problem(member(), days=2, needs=(Need(0, "E", 1), Need(1, "E", 1)), base=(row("E ."),))
    assert [rule.points for rule in check(made, (row(". ."),), {0}).rules if rule.code == Code.COVER_SHORT] == [60]
    assert [rule.points for rule in score(made, (row(". ."),)).rules if rule.code == Code.COVER_SHORT] == [120]


def test_a_team_without_anybody_lacks_all_that_it_needs() -> None:
    made = problem(days=1, needs=(Need(0, "E", 2, (("role:registered_nurse", 1),)),))
    found = score(made, ())
    assert (found.points, [breach.law for breach in found.breaches]) == (120, [Law.ROLE_ON_DUTY])
    assert score(problem(days=0), ()) == score(problem(days=7), ())


def test_a_shift_of_thirteen_hours_is_told_and_not_refused() -> None:
    made = problem(member(), days=1, duties=(duty("A", 7, 20),))
    laws = {breach.law for breach in score(made, (row("A"),)).breaches}
    assert laws >= {Law.LONGEST_SHIFT, Law.IN_WORK_BREAK}


def block_rota(made: Problem) -> Roster:
    """Somebody's first attempt by hand: everybody works five days of seven, each beginning on a day of their own."""
    pattern = ("E", "E", "L", "L", "N", None, None)
    return tuple(tuple(pattern[(day + 2 * who) % 7] for day in range(made.days)) for who in range(len(made.members)))


@pytest.mark.parametrize("judge", [score, lambda made, roster: check(made, roster, {0, 1})])
def test_twelve_people_and_four_weeks_are_judged_at_once(judge: Callable[[Problem, Roster], Score]) -> None:
    made = a_team(4)
    roster = block_rota(made)
    assert judge(made, roster).points > 0
    assert min(_seconds(judge, made, roster) for _ in range(5)) < 0.030  # a third of it is meant


def _seconds(judge: Callable[..., Any], *about: Any) -> float:
    began = thread_time()
    judge(*about)
    return thread_time() - began
