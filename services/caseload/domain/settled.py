"""When the figures of a period are closed: what is written after that changes nothing of them outside the team."""

from datetime import date, datetime, timedelta

from services.common.errors import Unprocessable
from services.common.types import midnight_in_england


class NotSettledYet(Unprocessable):
    """What still changes by the day could be taken from what it was the day before, and leave one person."""

    field = "/query/to_on"
    way_out = "Ask again when the month has been over for figures.settled_days, which /v1/rules tells."

    def __init__(self) -> None:
        super().__init__("Outside the team, the figures of this month are told once they are closed.")


def closing(last: date, days: int) -> datetime:
    """The instant after which nothing is counted any more in figures of a period that ends on this day."""
    return midnight_in_england(last + timedelta(days=days + 1))


def require_closed(at: datetime, now: datetime) -> None:
    """Raises `NotSettledYet`."""
    if now < at:
        raise NotSettledYet
