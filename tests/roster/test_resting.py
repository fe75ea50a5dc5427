"""What makes up for rest that was missed: free time beyond the rest that is due anyway, and no other."""

from datetime import UTC, date, datetime, timedelta

from uuid6 import uuid7

from services.roster.domain.breach import RestOwed
from services.roster.domain.resting import DueAnyway, Span, settle, spare, to_count

MONDAY = date(2026, 2, 2)
LIMITS = {"daily_rest": 660, "weekly_rest": 1440, "weekly_rest.per": 10080}
LAW = DueAnyway.by(LIMITS)
FORTNIGHT = DueAnyway.by({"daily_rest": 660, "fortnight_rest": 2880, "fortnight_rest.per": 20160})
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def at(day: int, hour: float) -> datetime:
    """England keeps UTC in February."""
    return datetime(2026, 2, 2, tzinfo=UTC) + timedelta(days=day, hours=hour)


def shift(day: int, since: float, until: float) -> Span:
    return at(day, since), at(day, until)


def hours(busy: list[Span], due: DueAnyway = LAW, now: datetime = BEFORE, since: date = MONDAY) -> float:
    found = spare(busy, due, since, now)
    return sum((ends - begins for begins, ends in found), timedelta(0)) / timedelta(hours=1)


# From eight to eight with a day's rest between, and none for Sunday.
SIX_DAYS = [shift(day, 8, 21) for day in range(6)]


def test_the_rest_of_each_day_makes_up_for_nothing() -> None:
    assert hours(SIX_DAYS) == 0


def test_what_a_rest_has_beyond_the_daily_one_makes_up() -> None:
    late = [*SIX_DAYS[:1], shift(1, 10, 21), *SIX_DAYS[2:]]
    assert hours(late) == 2
    assert spare(late, LAW, MONDAY, BEFORE) == [(at(1, 8), at(1, 10))]


def test_the_rest_of_a_week_makes_up_for_nothing() -> None:
    """From Saturday at nine in the evening to Monday at eight are the 11 and the 24 hours that are due."""
    assert hours([*SIX_DAYS, shift(7, 8, 21)]) == 0
    assert hours([*SIX_DAYS, shift(7, 9, 21)]) == 1


def test_a_second_day_off_makes_up() -> None:
    five = SIX_DAYS[:5]
    assert hours([*five, shift(7, 8, 21)]) == 24


def test_of_two_days_apart_one_is_the_rest_of_the_week() -> None:
    """Wednesday alone has 24 hours besides the daily rest, and Sunday is the rest of the week."""
    assert hours([*SIX_DAYS[:2], *SIX_DAYS[3:], shift(7, 8, 21)]) == 24


def test_a_rest_over_the_end_of_a_week_is_the_rest_of_one_of_them() -> None:
    """Tuesday is off as well: whichever rest the second week has, the other is spare."""
    second = [shift(day, 8, 21) for day in (7, 9, 10, 11, 12, 13)]
    assert hours([*SIX_DAYS, *second]) == 0
    assert hours([*SIX_DAYS, *second[1:]]) == 24


def test_the_weekly_rest_may_take_the_daily_one_along_where_there_is_a_reason() -> None:
    overlapping = DueAnyway.by(LIMITS | {"rests_may_overlap": 1})
    assert hours([*SIX_DAYS, shift(7, 8, 21)], overlapping) == 11


def test_a_fortnight_sets_aside_one_rest_of_48_hours_or_two_of_24() -> None:
    """The ninth of February 2026 begins one."""
    begins = MONDAY + timedelta(days=7)
    assert FORTNIGHT.begins(begins - timedelta(days=1)) < begins == FORTNIGHT.begins(begins + timedelta(days=13))
    first, second = [[shift(week + day, 8, 21) for day in range(6)] for week in (7, 14)]
    at_once, apart, after = [*first, *second[:5]], [*first, *second], shift(21, 8, 21)
    assert hours([*at_once, after], FORTNIGHT, since=begins) == 24
    assert hours([*apart, after], FORTNIGHT, since=begins) == 0


def test_time_that_is_still_to_be_planned_makes_up_once_it_has_passed() -> None:
    last = SIX_DAYS[:1]
    for now, made_up in (
        (at(0, 21), 0),
        (at(2, 8), 0),
        (at(2, 9), 1),
        (at(7, 0), 112),
        (at(7, 5), 112),
        (at(8, 5), 117),
    ):
        assert hours(last, LAW, now) == made_up, now


def test_what_lasts_into_the_week_is_no_free_time() -> None:
    assert spare([(at(-1, 21), at(0, 8)), *SIX_DAYS[1:]], LAW, MONDAY, BEFORE) == [(at(0, 19), at(1, 8))]


def owed(minutes: int, since: datetime, settled_at: datetime | None = None) -> RestOwed:
    about = {"team_id": uuid7(), "employee_id": uuid7(), "breach_id": uuid7(), "settled_at": settled_at}
    return RestOwed(**about, minutes=minutes, since_at=since, due_on=MONDAY, changed_at=BEFORE)


def test_each_hour_is_counted_once_and_for_the_oldest() -> None:
    first, second = owed(120, at(0, 0)), owed(60, at(1, 0))
    settle([second, first], [(at(2, 0), at(2, 1)), (at(3, 0), at(3, 1.5))], BEFORE)
    assert (first.taken_minutes, first.settled_at) == (120, at(3, 1))
    assert (second.taken_minutes, second.settled_at) == (30, None)


def test_what_was_free_before_it_was_missed_makes_up_for_nothing() -> None:
    one = owed(120, at(2, 0))
    settle([one], [(at(1, 0), at(1, 9)), (at(1, 23), at(2, 1))], BEFORE)
    assert (one.taken_minutes, one.settled_at) == (60, None)


def test_what_settled_one_rest_settles_no_other_once_the_first_is_long_past() -> None:
    first, second = owed(600, at(0, 0)), owed(600, at(34, 0))
    spared = [(at(39, 0), at(39, 10))]
    settle([first, second], spared, BEFORE)
    for recent in (at(-1, 0), at(1, 0), at(35, 0), at(60, 0)):
        counted = to_count([first, second], recent)
        assert counted == [first, second]
        settle(counted, spared, BEFORE)
        assert (first.settled_at, second.settled_at) == (at(39, 10), None)


def test_it_is_counted_from_the_first_that_took_time_since_then_and_no_further() -> None:
    over, first, second, third = (
        owed(60, at(day, 0), at(until, 0)) for day, until in ((0, 3), (3, 9), (8, 20), (19, 30))
    )
    every = [over, first, second, third]
    assert to_count(every, at(25, 0)) == [first, second, third]
    assert to_count(every, at(30, 0)) == []
