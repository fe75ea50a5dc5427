"""What a client is billed for social care, week by week. It is indicative: the council is the charging authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from services.finance.domain.activity import ActivityLine
from services.finance.domain.base import half_up

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


def weeks_of_care(lines: Sequence[ActivityLine], weekly_pence: int, from_on: date) -> list[WeekOfCare]:
    """The weeks with social care that the client contributes to; `lines` are those segments, in the order of days.

    Of a week that begins before the first day only its days from then on count. Nobody pays more than the care of the
    week cost (Care Act 2014, s 14(4)).
    """
    weeks = groupby(lines, key=lambda line: monday_of(line.occurred_on))
    return [_week(list(given), monday, weekly_pence, from_on) for monday, given in weeks]


def _week(lines: Sequence[ActivityLine], monday: date, weekly_pence: int, from_on: date) -> WeekOfCare:
    days = min(WEEK, (monday + timedelta(days=WEEK) - from_on).days)
    contribution = half_up(Fraction(weekly_pence * days, WEEK))
    costs = [line.cost_pence for line in lines]
    cost = None if None in costs else sum(pence or 0 for pence in costs)
    return WeekOfCare(
        week_from_on=monday,
        days=days,
        segments=len(lines),
        minutes=sum(line.minutes for line in lines),
        cost_pence=cost,
        contribution_pence=contribution,
        charged_pence=None if cost is None else min(contribution, cost),
    )
