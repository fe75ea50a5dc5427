"""Agency calls: when somebody else is at a client's, by caseload's word, so that nobody is planned on top of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.common.types import day_in_england
from services.roster.domain.base import Base
from services.roster.domain.window import TimeNotOnTheClock, instant_on

A_DAY = timedelta(days=1)


class AgencyCall(Base, table=True):
    """One agency's calls at one client's, week by week. Each of `times` has days from 1 to 7, a clock and minutes."""

    other_care_id: UUID = Field(primary_key=True)
    client_id: UUID = Field(index=True)
    team_id: UUID
    times: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    from_on: date
    until_on: date | None = None
    version: int

    __tablename__ = "agency_call"

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """What ends as the other begins does not overlap."""
        day = day_in_england(starts_at)
        return any(
            begins < ends_at and starts_at < begins + length
            for on in (day - A_DAY, day, day + A_DAY)
            for begins, length in self._calls(on)
        )

    def _calls(self, day: date) -> Iterator[tuple[datetime, timedelta]]:
        if day < self.from_on or (self.until_on is not None and day > self.until_on):
            return
        for each in self.times:
            if day.isoweekday() in each["days"]:
                hour, minute = map(int, each["at"].split(":"))
                try:
                    yield instant_on(day, hour * 60 + minute), timedelta(minutes=each["minutes"])
                except TimeNotOnTheClock:
                    continue
