"""The calendar quarter that figures are told of."""

from datetime import date, timedelta

from services.caseload.domain.feedback import quarter_of


def last_day(quarter_on: date) -> date:
    """The last day of the quarter that begins on this day."""
    return quarter_of(quarter_on + timedelta(days=100)) - timedelta(days=1)
