"""Agency care: who else comes to a client and when, as the council that arranged it tells us."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.common.errors import Unprocessable
from services.common.models import INSTANT, TeamOwned
from services.common.types import Code, Day, Input, Minutes, Name
from services.interop.domain.base import Base
from services.interop.domain.share import Share

Phone = Annotated[str, Shape(pattern=r"^[0-9+() -]{3,30}$")]


class CareKind(StrEnum):
    """What the agency comes for, in the words of the team's record."""

    PERSONAL_CARE = "personal_care"
    MEALS = "meals"
    SITTING = "sitting"
    DOMESTIC = "domestic"
    DAY_CENTRE = "day_centre"
    OTHER = "other"


class CallTime(Input):
    """A call on some days of the week, 1 for Monday to 7 for Sunday, at a time on the clocks of England."""

    days: list[Annotated[int, Shape(strict=True, ge=1, le=7)]] = Shape(min_length=1, max_length=7)
    at: Annotated[str, Shape(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    minutes: Minutes


class ToldAgencyCare(Input):
    """An agency's calls at one client's as they now stand. `council_ref` is the council's id of the client, and
    `care_ref` its id of this care: under the same one it is told anew, with all of its times. Care that ends is told
    with `until_on`."""

    council_ref: Code
    care_ref: Code
    agency: Name
    phone: Phone | None = None
    kind: CareKind
    times: list[CallTime] = Shape(min_length=1, max_length=40)
    from_on: Day
    until_on: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until_on is not None and self.until_on < self.from_on:
            raise ValueError("until_on must not be before from_on")
        return self


class UnknownCase(Unprocessable):
    """A council tells of those who share with it. A client of no share, and an id of nobody's, are unknown alike."""

    field = "/body/council_ref"
    way_out = "Check the case id with the team; the client may have withdrawn from sharing with the council."

    def __init__(self) -> None:
        super().__init__("Nobody shares with this council under this case id.")


class AgencyCare(TeamOwned, Base, table=True):
    """One agency's calls at one client's, by the council's own id of that care."""

    client_id: UUID = Field(index=True)
    connection_id: UUID = Field(foreign_key="connection.id")
    care_ref: str
    agency: str
    phone: str | None = None
    kind: str
    times: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    from_on: date
    until_on: date | None = None
    told_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def first_told(cls, told: ToldAgencyCare, share: Share, now: datetime) -> Self:
        return cls(
            team_id=share.team_id,
            client_id=share.client_id,
            connection_id=share.connection_id,
            **told.model_dump(exclude={"council_ref"}),
            told_at=now,
            changed_at=now,
        )

    def told_anew(self, told: ToldAgencyCare, share: Share, now: datetime) -> None:
        """As it now stands; it goes with its client to another team."""
        for name, value in told.model_dump(exclude={"council_ref", "care_ref"}).items():
            setattr(self, name, value)
        self.team_id, self.told_at, self.changed_at = share.team_id, now, now


Index(
    "uq_agency_care",
    col(AgencyCare.connection_id),
    col(AgencyCare.care_ref),
    col(AgencyCare.client_id),
    unique=True,
)
