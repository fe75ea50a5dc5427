"""Working days in England leave out weekends and bank holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.working_days import add_working_days, is_working_day, working_days

DAYS = st.dates(min_value=date(1995, 1, 1), max_value=date(2060, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 6),  # Easter Monday
        date(2026, 12, 25),
        date(2026, 12, 28),  # Boxing Day, moved from a Saturday
        date(2022, 9, 19),  # the late Queen's funeral
        date(2026, 11, 21),  # a Saturday
    ],
)
def test_these_are_not_working_days(day: date) -> None:
    assert not is_working_day(day)


def test_scotland_keeps_other_days() -> None:
    assert is_working_day(date(2026, 1, 2))
    assert is_working_day(date(2026, 11, 30))


@given(DAYS, st.integers(min_value=0, max_value=400))
def test_counting_agrees_with_the_calendar_day_by_day(start: date, days: int) -> None:
    one_by_one = sum(is_working_day(start + timedelta(days=number)) for number in range(1, days + 1))
    assert working_days(start, start + timedelta(days=days)) == one_by_one


@given(DAYS, st.integers(min_value=1, max_value=40))
def test_adding_working_days_ends_on_one_and_counts_back(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days(start, end) == count


def test_no_working_day_lies_before_the_start() -> None:
    assert working_days(date(2026, 2, 9), date(2026, 2, 2)) == 0
