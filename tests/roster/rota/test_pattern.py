"""What one person's own row costs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.roster.domain.rota import target_minutes
from services.roster.domain.rota.problem import Wish
from services.roster.domain.rota.scored import Code
from tests.roster.rota.made import MONDAY, matches, member, one_person, problem, rules


@pytest.mark.parametrize(
    ("minutes_per_week", "points"),
    [(2250, 0), (2250 + 240, 0), (2250 + 241, 2), (2250 + 300, 2), (2250 + 301, 4), (2250 - 240, 0), (2250 - 301, 4)],
)
def test_four_hours_away_from_the_contract_are_free_and_then_each_hour_begun_costs(
    minutes_per_week: int, points: int
) -> None:
    made = one_person("E E E E E . .", member(minutes_per_week=minutes_per_week))
    assert sum(match.points for match in matches(made, Code.HOURS)) == points


def test_hours_are_told_in_words() -> None:
    (found,) = matches(one_person("E E E . . . ."), Code.HOURS)
    assert found.words == "{0} has 22 h 30, 15 h under the 37 h 30 of the contract"
    assert found.points == 2 * 11


def test_leave_counts_as_the_minutes_it_is_credited_with_in_this_rota() -> None:
    who = member(leave={0: 450, 3: 300, 7: 450, -1: 450})
    assert target_minutes(problem(who, days=7), who) == 2250 - 750
    assert target_minutes(problem(who, days=10), who) == 2250 * 10 // 7 - 1200
    assert target_minutes(problem(who, days=1), who) == 0


def test_a_wish_costs_its_weight_where_it_is_not_given() -> None:
    who = member(wanted=(Wish(0, "E", 1), Wish(1, "N", 4), Wish(2, None, 2), Wish(3, None, 1), Wish(99, "E", 4)))
    found = matches(one_person("E L E .", who), Code.WANTED)
    assert [(match.days, match.points) for match in found] == [((1,), 12), ((3,), 3)]
    assert [match.words for match in found] == [
        "{0} wanted N on Tue 2 Feb and does not have it",
        "{0} wanted a duty on Thu 4 Feb and does not have it",
    ]


def test_a_duty_that_is_not_wanted_costs_its_weight_where_it_is_given() -> None:
    who = member(unwanted=(Wish(0, "E", 1), Wish(1, "N", 4), Wish(2, None, 2)))
    found = matches(one_person("E L E .", who), Code.UNWANTED)
    assert [(match.days, match.points) for match in found] == [((0,), 3), ((2,), 6)]


def test_wishes_that_contradict_each_other_cost_one_of_them() -> None:
    who = member(wanted=(Wish(0, "E", 2), Wish(0, "L", 1)), unwanted=(Wish(0, None, 4),))
    made = one_person("E", who)
    assert [match.points for match in matches(made, Code.WANTED)] == [3]
    assert [match.points for match in matches(made, Code.UNWANTED)] == [12]


def test_a_weekend_is_worked_whole_or_not_at_all() -> None:
    assert matches(one_person(". . . . . E E"), Code.SPLIT_WEEKEND) == []
    (found,) = matches(one_person(". . . . . E ."), Code.SPLIT_WEEKEND)
    assert (found.days, found.words) == ((5, 6), "{0} has one day alone of a weekend, Sat 6 Feb")
    (found,) = matches(one_person(". . . . . . E"), Code.SPLIT_WEEKEND)
    assert "Sun 7 Feb" in found.words


def test_a_weekend_that_began_before_the_rota_is_one() -> None:
    sunday = {"from_on": MONDAY - timedelta(days=1)}
    assert len(matches(one_person("E .", member(before=(None,)), **sunday), Code.SPLIT_WEEKEND)) == 1
    assert matches(one_person("E .", member(before=("E",)), **sunday), Code.SPLIT_WEEKEND) == []
    # Of a Saturday that is not known, or a Sunday that is not planned yet, nothing is said.
    assert matches(one_person("E .", **sunday), Code.SPLIT_WEEKEND) == []
    assert matches(one_person(". . . . . E"), Code.SPLIT_WEEKEND) == []


def test_a_day_between_two_days_off_is_isolated() -> None:
    assert [match.days for match in matches(one_person(". E . E E ."), Code.ISOLATED_DAY)] == [(1,)]
    # The first and the last day have a neighbour that is not known.
    assert matches(one_person("E . E"), Code.ISOLATED_DAY) == []
    assert len(matches(one_person("E . E", member(before=(None,))), Code.ISOLATED_DAY)) == 1
    assert matches(one_person("E . E", member(before=("E",))), Code.ISOLATED_DAY) == []


def test_a_night_without_another_beside_it_is_single() -> None:
    made = one_person("E N E N N . N")
    assert [match.days for match in matches(made, Code.SINGLE_NIGHT)] == [(1,)]
    assert matches(one_person("N . .", member(before=("N",))), Code.SINGLE_NIGHT) == []
    assert len(matches(one_person("N . .", member(before=("E",))), Code.SINGLE_NIGHT)) == 1


def test_each_day_that_differs_from_the_roster_before_costs() -> None:
    made, roster = one_person("E . L N")
    assert matches((made, roster), Code.CHANGE) == []
    found = matches((replace(made, base=(("E", "E", "E", None),)), roster), Code.CHANGE)
    assert [(match.days, match.points) for match in found] == [((1,), 10), ((2,), 10), ((3,), 10)]
    assert [match.words for match in found] == [
        "{0} on Tue 2 Feb: E becomes off",
        "{0} on Wed 3 Feb: E becomes L",
        "{0} on Thu 4 Feb: off becomes N",
    ]


def test_what_has_no_price_costs_nothing() -> None:
    made, roster = one_person(". E . . . . E")
    assert matches((replace(made, rules=rules(prices={})), roster), Code.ISOLATED_DAY) == []
