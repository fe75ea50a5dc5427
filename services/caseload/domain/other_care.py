"""Other agencies' care: when somebody else is with the client, so that nobody is booked on top of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.due import require_order
from services.caseload.domain.network import Phone
from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import ENGLAND, Day, Input, Minutes, Name, NewId, midnight_in_england

A_DAY = timedelta(days=1)


class CareKind(StrEnum):
    PERSONAL_CARE = "personal_care"
    MEALS = "meals"
    SITTING = "sitting"
    DOMESTIC = "domestic"
    DAY_CENTRE = "day_centre"
    THERAPY = "therapy"
    NURSING = "nursing"
    OTHER = "other"


class Beside(StrEnum):
    """How the team's own visits lie to these calls: whoever plans is told of them, or it keeps apart from them, or it
    comes at the same time because both pairs of hands are needed."""

    SEEN = "seen"
    APART = "apart"
    TOGETHER = "together"


class CallTime(Input):
    """A call on some days of the week, 1 for Monday to 7 for Sunday, at a time on the clocks of England."""

    days: list[Annotated[int, Shape(strict=True, ge=1, le=7)]] = Shape(min_length=1, max_length=7)
    at: Annotated[str, Shape(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    minutes: Minutes


class NewOtherCare(Input):
    id: NewId
    client_id: UUID
    agency: Name
    phone: Phone | None = None
    kind: CareKind
    beside: Beside = Beside.SEEN
    times: list[CallTime] = Shape(min_length=1, max_length=40)
    from_on: Day
    until_on: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until_on is not None and self.until_on < self.from_on:
            raise ValueError("until_on must not be before from_on")
        return self


class CareEnding(Input):
    until_on: Day


class OtherCareAlreadyEnded(Conflict):
    field = "/path/other_care_id"
    way_out = "Write the agency's care down anew if it has begun again."

    def __init__(self) -> None:
        super().__init__("A last day of this care is recorded already.")


class VisitWithoutLength(Unprocessable):
    """Two things overlap in time, so both have a beginning and a length."""

    field = "/query/minutes"
    way_out = "Send starts_at and minutes together, or neither of them."

    def __init__(self) -> None:
        super().__init__("A visit has a beginning and a length.")


class OtherCare(TeamOwned, Base, table=True):
    """One agency's calls at one client's, week by week."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    agency: str
    phone: str | None = None
    kind: str
    beside: str = Field(default=Beside.SEEN, sa_column_kwargs={"server_default": Beside.SEEN})
    times: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    from_on: date
    until_on: date | None = None
    written_by: UUID | None

    @classmethod
    def arranged(cls, new: NewOtherCare, client: Client, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), team_id=client.team_id, written_by=by, changed_at=now)

    def end(self, ending: CareEnding, now: datetime) -> None:
        """Raises `OtherCareAlreadyEnded` or `StepBeforeTheLast`."""
        if self.until_on is not None:
            raise OtherCareAlreadyEnded
        require_order(self.from_on, ending.until_on, "/body/until_on")
        self.until_on, self.changed_at = ending.until_on, now

    def begins_on(self, day: date) -> Iterator["Call"]:
        """Its calls that begin on this day."""
        if day < self.from_on or (self.until_on is not None and day > self.until_on):
            return
        for each in self.times:
            if day.isoweekday() in each["days"]:
                starts_at = datetime.combine(day, time.fromisoformat(each["at"]), tzinfo=ENGLAND)
                yield Call(self, _instant(starts_at), timedelta(minutes=each["minutes"]))


@dataclass(frozen=True)
class Call:
    """One call of an agency on one day."""

    care: OtherCare
    starts_at: datetime
    length: timedelta

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.length

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """What ends as the other begins does not overlap."""
        return self.starts_at < ends_at and starts_at < self.ends_at


def calls_of_day(arranged: Iterable[OtherCare], day: date) -> list[Call]:
    """All calls that are on during this day, those from the evening before as well, in the order of the day."""
    midnight, next_midnight = midnight_in_england(day), midnight_in_england(day + A_DAY)
    begun = [call for care in arranged for on in (day - A_DAY, day) for call in care.begins_on(on)]
    return sorted((call for call in begun if call.overlaps(midnight, next_midnight)), key=lambda call: call.starts_at)


def _instant(at: datetime) -> datetime:
    """In UTC, where an hour is always an hour: also in the nights when the clocks change."""
    return at.astimezone(UTC)


only_states(OtherCare, "kind", CareKind)
only_states(OtherCare, "beside", Beside)
