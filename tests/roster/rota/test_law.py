"""The Working Time Regulations: each limit by the case on either side of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.roster.domain.rota.problem import DutyKind, DutyType, Part, Standing
from services.roster.domain.rota.scored import Law
from services.roster.solver.team.build import build
from tests.roster.rota.made import (
    BEFORE_MARCH,
    BEFORE_OCTOBER,
    CHANGE,
    MONDAY,
    ROUND_THE_CLOCK,
    breaches,
    duty,
    member,
    one_person,
    with_only,
    with_rules,
)


def test_eleven_hours_lie_between_the_work_of_two_days() -> None:
    late, early = duty("L", 13, 21), duty("E", 8, 14)
    assert breaches(one_person("L E", duties=(late, early)), Law.DAILY_REST) == []
    (found,) = breaches(one_person("L E", duties=(late, duty("E", 7.75, 14))), Law.DAILY_REST)
    assert (found.member, found.days) == (0, (0, 1))
    assert (found.missing_minutes, found.rest_owed_minutes) == (15, 15)
    assert found.words == "{0} rests 10 h 45 between Mon 1 Feb and Tue 2 Feb; 11 h are due"


def test_what_looks_like_eleven_hours_is_ten_when_the_clocks_go_forward() -> None:
    duties = (duty("L", 13, 21), duty("E", 8, 14))
    rows = " ".join([*"." * (CHANGE - 1), "L", "E"])
    (found,) = breaches(one_person(rows, duties=duties, from_on=BEFORE_MARCH), Law.DAILY_REST)
    assert (found.days, found.missing_minutes) == ((CHANGE - 1, CHANGE), 60)
    assert breaches(one_person(rows, duties=duties, from_on=BEFORE_OCTOBER), Law.DAILY_REST) == []


def test_what_looks_like_ten_hours_is_eleven_when_the_clocks_go_back() -> None:
    duties = (duty("L", 13, 21), duty("E", 7, 13))
    rows = " ".join([*"." * (CHANGE - 1), "L", "E"])
    assert breaches(one_person(rows, duties=duties, from_on=BEFORE_OCTOBER), Law.DAILY_REST) == []
    assert len(breaches(one_person(rows, duties=duties, from_on=BEFORE_MARCH), Law.DAILY_REST)) == 1


def test_a_rest_that_began_before_the_rota_counts() -> None:
    (found,) = breaches(one_person("E", member(before=("L",))), Law.DAILY_REST)
    assert (found.days, found.missing_minutes) == ((-1, 0), 60)
    assert breaches(one_person(".", member(before=("L", "E"))), Law.DAILY_REST) == []


@pytest.mark.parametrize(("hours", "missing"), [(13, []), (14, [60])])
def test_a_day_of_work_leaves_eleven_hours_of_its_twenty_four(hours: int, missing: list[int]) -> None:
    found = breaches(one_person("A .", duties=(duty("A", 7, 7 + hours),)), Law.DAILY_REST)
    assert [breach.missing_minutes for breach in found] == missing


def test_two_rests_that_are_short_are_told_once_by_what_is_shorter() -> None:
    (found,) = breaches(one_person("A B", duties=(duty("A", 7, 21), duty("B", 6, 12))), Law.DAILY_REST)
    assert (found.days, found.missing_minutes) == ((0, 1), 120)


def test_being_on_call_at_home_is_rest_and_being_on_call_at_work_is_not() -> None:
    at_home = duty("C", 17, 32, kind=DutyKind.ON_CALL_HOME)
    at_work = duty("S", 17, 32, kind=DutyKind.ON_CALL_SITE)
    assert breaches(one_person("C E", duties=(*ROUND_THE_CLOCK, at_home)), Law.DAILY_REST) == []
    assert len(breaches(one_person("S E", duties=(*ROUND_THE_CLOCK, at_work)), Law.DAILY_REST)) > 0


def test_duties_that_overlap_owe_the_whole_rest() -> None:
    (found,) = breaches(one_person("N A", duties=(*ROUND_THE_CLOCK, duty("A", 7, 13))), Law.DAILY_REST)
    assert found.missing_minutes == 660


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ("E E E E E E E E E E E E . .", []),
        ("E E E E E E . E E E E E E .", []),
        # From Saturday 15:30 to the fortnight's end are 32 h 30; they lack the rest of 48.
        ("E E E E E E E E E E E E E .", [930]),
        # The last evening holds 8 h 30 and the first morning 7 h 30; a night holds 5 h beside the daily rest.
        ("E E E E E E E E E E E E E E", [930 + 990]),
        # From late to early 34 h are 23 beside the daily rest; the day before a late gives 11.
        ("E E E E E L . E E E E E E E", [60 + 780]),
    ],
)
def test_two_days_are_free_in_each_fortnight(rows: str, missing: list[int]) -> None:
    found = breaches(one_person(rows, member(minutes_per_week=3000)), Law.WEEKLY_REST)
    assert [breach.missing_minutes for breach in found] == missing


def test_one_day_is_free_in_each_week_where_the_rules_say_so() -> None:
    weekly = {"daily_rest": 660, "weekly_rest": 1440, "weekly_rest.per": 10080}
    (found,) = breaches(with_only(one_person("E E E E E E . E E E E E E E"), weekly), Law.WEEKLY_REST)
    assert (found.days, found.missing_minutes) == (tuple(range(7, 14)), 1440 - 510)
    assert "from Mon 8 Feb to Sun 14 Feb" in found.words


@pytest.mark.parametrize(("amount", "per"), [(0, 100), (2880, 100), (2880, 1439)])
def test_a_rest_in_less_than_a_day_asks_for_nothing_and_ends(amount: int, per: int) -> None:
    made = with_only(one_person("E E E E E E E"), {"fortnight_rest": amount, "fortnight_rest.per": per})
    assert breaches(made, Law.WEEKLY_REST) == []
    build(made[0])


def test_the_daily_rest_is_part_of_the_weekly_one_only_for_a_reason() -> None:
    made = one_person("E E E E E L . E E E E E L .")
    assert [breach.missing_minutes for breach in breaches(made, Law.WEEKLY_REST)] == [60]
    assert breaches(with_rules(made, rests_may_overlap=1), Law.WEEKLY_REST) == []


def test_weeks_begin_on_monday_and_reach_into_history() -> None:
    wednesday = MONDAY + timedelta(days=2)
    tail = " ".join("E" * 12)
    assert len(breaches(one_person(tail, member(before=("E",) * 14), from_on=wednesday), Law.WEEKLY_REST)) == 1
    off = (*("E",) * 12, None, None)
    assert breaches(one_person(tail, member(before=off), from_on=wednesday), Law.WEEKLY_REST) == []
    # Without history nothing is known of the days before, and nothing is said of the fortnight.
    assert breaches(one_person(tail, from_on=wednesday), Law.WEEKLY_REST) == []


def test_forty_eight_hours_a_week_are_the_most_on_average() -> None:
    week = "E E E E E E ."  # 45 hours
    sixteen = (2880 + 11,) * 15
    assert breaches(one_person(week, member(worked_minutes=(*sixteen, 2880))), Law.WEEKLY_LIMIT) == []
    (found,) = breaches(one_person(week, member(worked_minutes=(*sixteen, 2880 + 100))), Law.WEEKLY_LIMIT)
    assert (found.missing_minutes, found.rest_owed_minutes) == (5, 0)
    assert found.words == "{0} works 48 h 05 a week on average over 17 weeks; 48 h are the most"
    opted_out = member(worked_minutes=(9999,) * 16, opted_out_48=True)
    assert breaches(one_person(week, opted_out), Law.WEEKLY_LIMIT) == []


def test_each_week_of_the_rota_ends_seventeen_weeks() -> None:
    busy = " ".join(["A"] * 6 + ["."])
    rows = f"{busy} {' '.join('.' * 21)}"
    who = member(worked_minutes=(2800,) * 16)
    (found,) = breaches(one_person(rows, who, duties=(duty("A", 8, 20),)), Law.WEEKLY_LIMIT)
    assert found.days == tuple(range(7))


def test_of_a_new_colleague_all_the_weeks_that_are_known_count_together() -> None:
    rows = " ".join(["A"] * 5 + ["."] * 9)
    assert breaches(one_person(rows, duties=(duty("A", 8, 18),)), Law.WEEKLY_LIMIT) == []
    assert len(breaches(one_person("A A A A A . .", duties=(duty("A", 8, 18),)), Law.WEEKLY_LIMIT)) == 1


def test_a_part_of_a_week_is_a_week_of_seven_days_less_leave() -> None:
    """One shift in a rota of one day is no week of 52 hours."""
    assert breaches(one_person("E"), Law.WEEKLY_LIMIT) == []
    ten_hours = (duty("A", 8, 18),)
    assert breaches(one_person("A A A A", duties=ten_hours), Law.WEEKLY_LIMIT) == []
    (found,) = breaches(one_person("A A A A . .", member(leave={4: 0, 5: 0}), duties=ten_hours), Law.WEEKLY_LIMIT)
    assert "56 h a week" in found.words


def test_the_days_of_leave_in_earlier_weeks_are_left_out() -> None:
    week, busy = "E E E E . . .", (2400,) * 16
    assert breaches(one_person(week, member(worked_minutes=busy)), Law.WEEKLY_LIMIT) == []
    who = member(worked_minutes=busy, worked_days=(5,) * 16)
    assert len(breaches(one_person(week, who), Law.WEEKLY_LIMIT)) == 1


def test_a_day_of_leave_is_no_day_of_the_average() -> None:
    rows = "A A A A . . ."  # 40 hours in 7 days, or in 5 where two are leave
    ten_hours = (duty("A", 8, 18),)
    assert breaches(one_person(rows, duties=ten_hours), Law.WEEKLY_LIMIT) == []
    on_leave = member(leave={4: 450, 5: 0})
    assert len(breaches(one_person(rows, on_leave, duties=ten_hours), Law.WEEKLY_LIMIT)) == 1


def test_the_48_hours_hold_again_for_weeks_that_end_after_the_opt_out() -> None:
    """And not for those that end while it holds."""
    ends = Standing(7, "registered_nurse", frozenset())
    signs, longer = replace(ends, opted_out_48=True), ". . . . . . . E E E E . . ."
    over = member(worked_minutes=(3200,) * 16)
    assert breaches(one_person(longer, replace(over, opted_out_48=True)), Law.WEEKLY_LIMIT) == []
    (found,) = breaches(one_person(longer, replace(over, opted_out_48=True, later=(ends,))), Law.WEEKLY_LIMIT)
    assert found.days == tuple(range(14))
    (found,) = breaches(one_person(longer, replace(over, later=(signs,))), Law.WEEKLY_LIMIT)
    assert found.days == tuple(range(7))


def test_who_works_nights_has_eight_hours_a_day_on_average_and_opts_out_of_nothing() -> None:
    who = member(worked_minutes=(2880,) * 15 + (2880 - 570 * 3 + 2880,), opted_out_48=True)
    assert breaches(one_person("N N N . . . .", who), Law.NIGHT_LIMIT) == []
    over = member(worked_minutes=(2900,) * 16, opted_out_48=True)
    (found,) = breaches(one_person("N E E E E E E", over), Law.NIGHT_LIMIT)
    assert found.missing_minutes == 7
    assert found.words == "{0} works nights and 8 h 07 a day on average over 17 weeks; 8 h are the most"
    assert breaches(one_person("E E E E E E .", over), Law.NIGHT_LIMIT) == []


@pytest.mark.parametrize(("hours", "pause", "missing"), [(6, 0, []), (6.25, 0, [20]), (6.25, 15, [5]), (8, 20, [])])
def test_more_than_six_hours_have_a_break_of_twenty_minutes(hours: float, pause: int, missing: list[int]) -> None:
    found = breaches(one_person("A", duties=(duty("A", 9, 9 + hours, pause),)), Law.IN_WORK_BREAK)
    assert [breach.missing_minutes for breach in found] == missing
    assert [breach.rest_owed_minutes for breach in found] == missing


def test_the_time_between_two_shifts_of_a_day_is_a_break() -> None:
    split = DutyType("S", (Part(DutyKind.SHIFT, 420, 660), Part(DutyKind.SHIFT, 960, 1200)))
    assert breaches(one_person("S", duties=(split,)), Law.IN_WORK_BREAK) == []


def test_what_has_no_limit_is_not_checked() -> None:
    made = with_only(one_person("N E E L E N E E E E E E E E", member(before=("E",) * 14)), {})
    assert [law for law in Law if breaches(made, law)] == []
