"""What the team agreed, and what it agreed with each of its people."""

from dataclasses import replace

import pytest

from services.roster.domain.rota.problem import DutyKind
from services.roster.domain.rota.scored import Law
from tests.roster.rota.made import (
    BEFORE_MARCH,
    BEFORE_OCTOBER,
    CHANGE,
    ROUND_THE_CLOCK,
    breaches,
    duty,
    member,
    one_person,
    with_rules,
)


@pytest.mark.parametrize(("hours", "pause", "missing"), [(10, 0, []), (10.5, 30, []), (12, 60, [60]), (13, 0, [180])])
def test_ten_hours_are_the_longest_shift_unless_the_team_says_so(hours: float, pause: int, missing: list[int]) -> None:
    made = one_person("A", duties=(duty("A", 7, 7 + hours, pause),))
    assert [breach.missing_minutes for breach in breaches(made, Law.LONGEST_SHIFT)] == missing
    assert breaches(with_rules(made, longest_shift=780), Law.LONGEST_SHIFT) == []


def test_the_night_on_which_the_clocks_go_back_is_an_hour_longer() -> None:
    rows = " ".join([*"." * (CHANGE - 1), "N"])
    (found,) = breaches(one_person(rows, from_on=BEFORE_OCTOBER), Law.LONGEST_SHIFT)
    assert (found.days, found.missing_minutes) == ((CHANGE - 1,), 30)
    assert breaches(one_person(rows, from_on=BEFORE_MARCH), Law.LONGEST_SHIFT) == []


def test_six_days_in_a_row_are_the_most_with_those_before_the_rota() -> None:
    assert breaches(one_person("E E E E E E ."), Law.DAYS_RUNNING) == []
    (found,) = breaches(one_person("E E E E E E E E"), Law.DAYS_RUNNING)
    assert found.days == (6, 7)
    assert found.words == "{0} works 8 days in a row up to Mon 8 Feb; 6 are the most"
    (found,) = breaches(one_person("E E . E", member(before=(None, *"EEEEE"))), Law.DAYS_RUNNING)
    assert found.days == (1,)
    # What was too long before the rota is not the rota's; one more day is.
    assert breaches(one_person(". E", member(before=("E",) * 14)), Law.DAYS_RUNNING) == []
    (found,) = breaches(one_person("E .", member(before=("E",) * 14)), Law.DAYS_RUNNING)
    assert found.days == (0,)


def test_a_day_of_being_on_call_at_home_ends_a_row_of_work() -> None:
    on_call = duty("C", 9, 33, kind=DutyKind.ON_CALL_HOME)
    made = one_person("E E E E E C C E E E E E", duties=(*ROUND_THE_CLOCK, on_call))
    assert breaches(made, Law.DAYS_RUNNING) == []


def test_three_nights_in_a_row_are_the_most() -> None:
    assert breaches(one_person("N N N . ."), Law.NIGHTS_RUNNING) == []
    (found,) = breaches(one_person("N N . .", member(before=("N", "N"))), Law.NIGHTS_RUNNING)
    assert found.days == (1,)
    assert "4 nights in a row up to Tue 2 Feb" in found.words


@pytest.mark.parametrize(("rows", "missing"), [("N N . . E", []), ("N . E", [1440]), ("N . N", [2880 - 37 * 60 - 30])])
def test_two_days_lie_between_a_row_of_nights_and_other_work(rows: str, missing: list[int]) -> None:
    found = breaches(one_person(rows), Law.REST_AFTER_NIGHTS)
    assert [breach.missing_minutes for breach in found] == missing
    assert [breach.rest_owed_minutes for breach in found] == [0] * len(missing)


def test_forty_eight_hours_after_nights_are_elapsed_ones() -> None:
    rows = " ".join([*"." * (CHANGE - 2), "N", "."])
    # The night ends on Saturday at 07:30; the clocks go forward on Sunday, and Monday 07:30 comes after 47 hours.
    (found,) = breaches(one_person(f"{rows} E", from_on=BEFORE_MARCH), Law.REST_AFTER_NIGHTS)
    assert found.missing_minutes == 1440 + 60
    assert breaches(one_person(f"{rows} . M", from_on=BEFORE_MARCH), Law.REST_AFTER_NIGHTS) == []
    (found,) = breaches(one_person(f"{rows} . E", from_on=BEFORE_MARCH), Law.REST_AFTER_NIGHTS)
    assert found.missing_minutes == 60


def test_nights_before_the_rota_are_rested_after_in_it() -> None:
    (found,) = breaches(one_person(". E", member(before=("N",))), Law.REST_AFTER_NIGHTS)
    assert found.days == (-1, 1)


def test_nobody_is_on_duty_on_leave() -> None:
    (found,) = breaches(one_person("E E", member(leave={1: 450})), Law.LEAVE)
    assert (found.days, found.words) == ((1,), "{0} is on leave on Tue 2 Feb and has E")
    on_call = duty("C", 9, 33, kind=DutyKind.ON_CALL_HOME)
    assert len(breaches(one_person("C", member(leave={0: 450}), duties=(on_call,)), Law.LEAVE)) == 1


def test_agreed_flexible_working_holds() -> None:
    who = member(cannot=frozenset({(0, "L")}))
    assert breaches(one_person("E", who), Law.CANNOT) == []
    (found,) = breaches(one_person("L", who), Law.CANNOT)
    assert found.words == "{0} has L on Mon 1 Feb and is not available for it"
    (found,) = breaches(one_person("N", replace(who, works_nights=False)), Law.CANNOT)
    assert found.words == "{0} has N on Mon 1 Feb and works no nights"
