"""What a client is billed for social care, week by week. It is indicative: the council is the charging authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from services.finance.domain.activity import ActivityLine
from services.finance.domain.base import half_up
from services.finance.domain.outcome import Standing, counts_on

WEEK = 7


@dataclass(frozen=True)
class WeekOfCare:
    """One week from Monday to Sunday. `charged_pence` is None while what the care cost is not known."""

    week_from_on: date
    days: int
    segments: int
    minutes: int
    cost_pence: int | None
    contribution_pence: int
    charged_pence: int | None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_of_care(lines: Sequence[ActivityLine], newest_first: Sequence[Standing], of: UUID) -> list[WeekOfCare]:
    """The weeks with social care that the client contributes to by this means test.

    `lines` are what the client contributes to, in the order of days; `newest_first` all of the client's outcomes. Each
    day goes by one outcome and so into one means test's week; each is a seventh of its outcome's weekly pence, and the
    sevenths of a week are added up exactly and rounded once, halves upwards. Nobody pays more than the care of the week
    cost (Care Act 2014, s 14(4)).
    """
    mine = [line for line in lines if _weekly_pence(newest_first, of, line.occurred_on)]
    weeks = groupby(mine, key=lambda line: monday_of(line.occurred_on))
    return [_week(list(given), monday, newest_first, of) for monday, given in weeks]


def _weekly_pence(newest_first: Sequence[Standing], of: UUID, day: date) -> int:
    """What this means test takes in the week of this day; nothing where the day goes by another."""
    counting = counts_on(newest_first, day)
    return 0 if counting is None or counting.assessment_id != of else counting.weekly_pence or 0


def _week(lines: Sequence[ActivityLine], monday: date, newest_first: Sequence[Standing], of: UUID) -> WeekOfCare:
    by_day = [_weekly_pence(newest_first, of, monday + timedelta(days=number)) for number in range(WEEK)]
    contribution = half_up(Fraction(sum(by_day), WEEK))
    costs = [line.cost_pence for line in lines]
    cost = None if None in costs else sum(pence or 0 for pence in costs)
    return WeekOfCare(
        week_from_on=monday,
        days=sum(pence > 0 for pence in by_day),
        segments=len(lines),
        minutes=sum(line.minutes for line in lines),
        cost_pence=cost,
        contribution_pence=contribution,
        charged_pence=None if cost is None else min(contribution, cost),
    )
