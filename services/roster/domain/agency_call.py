"""Agency calls: when somebody else is at a client's, by caseload's word, so that nobody is planned on top of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.common.errors import Conflict
from services.common.types import day_in_england
from services.roster.domain.base import Base
from services.roster.domain.window import TimeNotOnTheClock, instant_on

A_DAY = timedelta(days=1)
APART, TOGETHER = "apart", "together"


class AgencyIsThere(Conflict):
    """The client and the team keep these visits apart from the agency's calls."""

    field = "/body/starts_at"
    way_out = "Choose a time at which the agency is not there, or say in override_words why it cannot wait."

    def __init__(self) -> None:
        super().__init__("Somebody of an agency is with the client at that time, and visits are kept apart from it.")


class AgencyCall(Base, table=True):
    """One agency's calls at one client's, week by week. Each of `times` has days from 1 to 7, a clock and minutes."""

    other_care_id: UUID = Field(primary_key=True)
    client_id: UUID = Field(index=True)
    team_id: UUID
    times: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    from_on: date
    until_on: date | None = None
    # How our visits lie to these calls: `seen`, `apart` or `together`.
    beside: str = Field(default="seen", sa_column_kwargs={"server_default": "seen"})
    version: int

    __tablename__ = "agency_call"

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """What ends as the other begins does not overlap."""
        day = day_in_england(starts_at)
        return any(begins < ends_at and starts_at < ends for begins, ends in self.around(day))

    def around(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """When its calls of this day, and of the days beside it, begin and end."""
        for on in (day - A_DAY, day, day + A_DAY):
            yield from ((begins, begins + length) for begins, length in self.calls_on(on))

    def calls_on(self, day: date) -> Iterator[tuple[datetime, timedelta]]:
        if day < self.from_on or (self.until_on is not None and day > self.until_on):
            return
        for each in self.times:
            if day.isoweekday() in each["days"]:
                hour, minute = map(int, each["at"].split(":"))
                try:
                    yield instant_on(day, hour * 60 + minute), timedelta(minutes=each["minutes"])
                except TimeNotOnTheClock:
                    continue


def is_apart(calls: Iterable[AgencyCall], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a visit of this time is on top of a call that it is to keep apart from."""
    return any(call.beside == APART and call.overlaps(starts_at, ends_at) for call in calls)


def is_missed(calls: Sequence[AgencyCall], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether on this day somebody comes with whom the visit is to be made together, and it is at another time."""
    day = day_in_england(starts_at)
    paired = [call for call in calls if call.beside == TOGETHER and any(True for _ in call.calls_on(day))]
    return bool(paired) and not any(call.overlaps(starts_at, ends_at) for call in paired)


Part = tuple[float, float]


def parts_beside(parts: Iterable[Part], minutes: float, apart: Iterable[Part], together: Part | None) -> list[Part]:
    """Of the times at which a visit of so many minutes may begin those that keep to the calls, all in minutes.

    It lies wholly outside each call of `apart`, and wholly inside `together` where it is made with somebody.
    """
    if together is not None:
        parts = [(max(first, together[0]), min(last, together[1] - minutes)) for first, last in parts]
    for begins, ends in apart:
        cut = [((first, min(last, begins - minutes)), (max(first, ends), last)) for first, last in parts]
        parts = [part for both in cut for part in both]
    return [part for part in parts if part[0] <= part[1]]
