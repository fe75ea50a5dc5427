"""A week is charged by its days, each by the one outcome that counts on it, and rounded once."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.finance.domain.activity import ActivityLine
from services.finance.domain.contribution import weeks_of_care
from services.finance.domain.outcome import Outcome, Standing, last_day_of

MINE, OTHER = uuid7(), uuid7()
MONDAY = date(2026, 12, 21)


def a_line(on: date, cost: int | None) -> ActivityLine:
    return ActivityLine(occurred_on=on, minutes=45, cost_pence=cost, id=uuid7())


def pays(pence: int | None, from_on: date, of: UUID = MINE, ends_on: date | None = None) -> Standing:
    outcome = Outcome.COUNCIL_PAYS if pence is None else Outcome.CONTRIBUTES
    return Standing(of, outcome, pence, from_on, ends_on)


def the_week(*newest_first: Standing, of: UUID = MINE, care: int = 10_000) -> Any:
    found = weeks_of_care([a_line(date(2026, 12, 21 + day), care) for day in range(7)], newest_first, of)
    return [(week.days, week.segments, week.charged_pence) for week in found]


@pytest.mark.parametrize(("begins", "pence"), [(date(2026, 12, 24), 3431), (date(2026, 12, 25), 2574)])
def test_of_a_week_that_began_before_only_its_days_count(begins: date, pence: int) -> None:
    """£60.05 a week: four and three days of seven, halves upwards."""
    (week,) = weeks_of_care([a_line(date(2026, 12, 26), 10_000)], [pays(6005, begins)], MINE)
    assert week.charged_pence == pence


def test_while_the_cost_is_not_known_nothing_is_charged() -> None:
    first, second = date(2026, 12, 21), date(2026, 12, 28)
    lines = [a_line(first, None), a_line(first, 4500), a_line(second, 4500)]
    assert [week.charged_pence for week in weeks_of_care(lines, [pays(6005, first)], MINE)] == [None, 4500]


def test_where_the_outcome_changes_within_a_week_each_day_goes_by_its_own() -> None:
    """Three days of £38.50 and four of £40.00: 27,550 sevenths, which are 3,935.7 pence."""
    changes = pays(4000, date(2026, 12, 24)), pays(3850, MONDAY)
    assert the_week(*changes) == [(7, 7, 3936)]


def test_of_the_days_of_another_means_test_nothing_is_billed_by_this_one() -> None:
    """Three days by the one and four by the other: no day twice, and none by neither."""
    both = pays(7000, date(2026, 12, 24), of=OTHER), pays(7000, MONDAY)
    assert the_week(*both) == [(3, 3, 3000)]
    assert the_week(*both, of=OTHER) == [(4, 4, 4000)]


def test_the_days_after_the_care_and_those_that_the_council_pays_are_not_charged() -> None:
    assert the_week(pays(7000, MONDAY, ends_on=date(2026, 12, 22))) == [(2, 2, 2000)]
    assert the_week(pays(None, date(2026, 12, 22)), pays(7000, MONDAY)) == [(1, 1, 1000)]


def test_an_outcome_lasts_until_the_day_before_the_next_of_its_own_means_test() -> None:
    later, other, first = pays(1, date(2027, 4, 1)), pays(1, date(2027, 1, 1), of=OTHER), pays(1, MONDAY)
    assert last_day_of([later, other, first], MINE, MONDAY) == date(2027, 3, 31)
    assert last_day_of([later, other, first], MINE, date(2027, 4, 1)) == date.max
