"""Duties are timed as they really are, over both clock changes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter

from services.roster.domain.rota import AmbiguousClock, UnknownDuty, rest_between, score, slots
from services.roster.domain.rota.problem import DutyKind, DutyType, Need, Part, Problem, Standing, Wish
from tests.roster.rota.made import (
    BEFORE_MARCH,
    BEFORE_OCTOBER,
    CHANGE,
    MONDAY,
    ROUND_THE_CLOCK,
    a_team,
    duty,
    member,
    one_person,
    problem,
    rules,
)


def test_a_slot_is_timed_in_utc_with_its_paid_and_its_night_minutes() -> None:
    night = slots(problem(days=1))[0, "N"]
    assert night.starts_at * 60 == datetime(2027, 2, 1, 21, tzinfo=UTC).timestamp()
    assert night.ends_at - night.starts_at == 630
    assert (night.paid_minutes, night.work_minutes, night.longest_minutes) == (570, 570, 570)
    assert (night.night_minutes, night.is_night) == (420, True)
    early = slots(problem(days=1))[0, "E"]
    assert (early.paid_minutes, early.night_minutes, early.is_night) == (450, 0, False)


@pytest.mark.parametrize(("from_on", "minutes", "at_night"), [(BEFORE_MARCH, 570, 360), (BEFORE_OCTOBER, 690, 480)])
def test_the_night_of_a_clock_change_is_as_long_as_it_is(from_on: date, minutes: int, at_night: int) -> None:
    timed = slots(problem(days=28, from_on=from_on))
    assert timed[CHANGE - 1, "N"].ends_at - timed[CHANGE - 1, "N"].starts_at == minutes
    assert timed[CHANGE - 1, "N"].paid_minutes == minutes - 60
    assert timed[CHANGE - 1, "N"].night_minutes == at_night
    assert timed[CHANGE - 2, "N"].ends_at - timed[CHANGE - 2, "N"].starts_at == 630


def test_the_limit_of_night_minutes_is_reached_exactly() -> None:
    late = (duty("A", 18, 26), duty("B", 18, 25 + 59 / 60))
    timed = slots(problem(days=1, duties=late))
    assert (timed[0, "A"].night_minutes, timed[0, "A"].is_night) == (180, True)
    assert (timed[0, "B"].night_minutes, timed[0, "B"].is_night) == (179, False)


def test_a_night_that_begins_after_midnight_belongs_to_the_night_before() -> None:
    assert slots(problem(days=1, duties=(duty("A", 2, 8),)))[0, "A"].night_minutes == 240


def test_without_a_night_in_the_rules_there_is_none() -> None:
    bare = replace(rules(), limits={})
    assert not slots(problem(days=1, rules=bare))[0, "N"].is_night


@pytest.mark.parametrize(("from_on", "hour"), [(BEFORE_MARCH, 1.5), (BEFORE_OCTOBER, 1.5)])
def test_a_time_that_the_clocks_skip_or_show_twice_is_asked_about(from_on: date, hour: float) -> None:
    unclear = problem(member(), days=28, from_on=from_on, duties=(duty("A", hour, 8),), needs=(Need(CHANGE, "A", 1),))
    with pytest.raises(AmbiguousClock, match="at 01:30"):
        slots(unclear)
    unneeded = replace(unclear, needs=())
    assert (CHANGE, "A") not in slots(unneeded)
    assert (CHANGE - 1, "A") in slots(unneeded)
    with pytest.raises(AmbiguousClock):
        score(unneeded, ((*[None] * CHANGE, "A"),))


def test_an_end_within_the_change_is_asked_about_on_the_day_of_the_change() -> None:
    ends = duty("A", 18, 25.5)
    unclear = problem(days=28, from_on=BEFORE_OCTOBER, duties=(ends,), needs=(Need(CHANGE - 1, "A", 1),))
    with pytest.raises(AmbiguousClock, match="Sun 31 Oct at 01:30"):
        slots(unclear)


def test_history_that_was_within_a_change_is_not_asked_about_again() -> None:
    who = member(before=("A",))
    timed = slots(problem(who, days=1, from_on=date(2027, 11, 1), duties=(duty("A", 1.5, 8),)))
    assert timed[-1, "A"].paid_minutes == 7.5 * 60


def test_a_shift_with_on_call_at_home_after_it_is_one_duty_and_works_only_its_shift() -> None:
    parts = (Part(DutyKind.ON_CALL_HOME, 17 * 60, 32 * 60), Part(DutyKind.SHIFT, 9 * 60, 17 * 60, 30))
    timed = slots(problem(days=2, duties=(DutyType("W", parts),)))
    slot = timed[0, "W"]
    assert slot.ends_at - slot.starts_at == 23 * 60
    assert [end - start for start, end in slot.stretches] == [8 * 60]
    assert (slot.paid_minutes, slot.night_minutes) == (450, 0)
    assert rest_between(slot, timed[1, "W"]) == 16 * 60


def test_sleeping_in_is_work_and_is_not_paid_as_a_shift() -> None:
    slot = slots(problem(days=1, duties=(duty("S", 22, 31, kind=DutyKind.SLEEP_IN),)))[0, "S"]
    assert (slot.paid_minutes, slot.work_minutes, slot.is_night) == (0, 540, True)


def test_on_call_at_home_alone_is_no_work() -> None:
    timed = slots(problem(days=2, duties=(*ROUND_THE_CLOCK, duty("C", 9, 33, kind=DutyKind.ON_CALL_HOME))))
    assert timed[0, "C"].stretches == ()
    assert rest_between(timed[0, "C"], timed[1, "E"]) is None


def test_a_break_between_two_shifts_of_a_day_counts() -> None:
    parts = (Part(DutyKind.SHIFT, 420, 660), Part(DutyKind.SHIFT, 960, 1260, 15))
    slot = slots(problem(days=1, duties=(DutyType("S", parts),)))[0, "S"]
    assert (slot.break_minutes, slot.shift_minutes, slot.longest_minutes) == (300, 540, 285)


def test_a_code_that_is_no_duty_type_is_refused() -> None:
    with pytest.raises(UnknownDuty):
        score(*one_person("X"))


def test_a_problem_travels_as_json() -> None:
    who = member(
        leave={3: 450},
        cannot=frozenset({(1, "N")}),
        wanted=(Wish(0, None, 2),),
        before=("E", None),
        later=(Standing(3, "other", frozenset({"wound"}), cleared=False),),
    )
    whole = replace(a_team(1), members=(who,), fixed=((0, 0, None),), base=(("E", *[None] * 6),))
    adapter = TypeAdapter(Problem)
    assert adapter.validate_json(adapter.dump_json(whole)) == whole
    assert whole.from_on == MONDAY
