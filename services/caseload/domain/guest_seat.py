"""Guest seat: what a client shares with one social worker, from one weekly meeting of the team to the next."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned
from services.common.types import Input, Name, NewId


class SharedField(StrEnum):
    """All that a guest can ever be shown: the person, and the Care Act's side of the assessment and of the plan.

    No NHS number, contact, note, wound or problem is among them.
    """

    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    BIRTH_ON = "birth_on"
    ADDRESS_LINE = "address_line"
    POSTCODE = "postcode"
    PHONE = "phone"
    CARE_ACT_VIEW = "care_act_view"
    SOCIAL_CARE_LINES = "social_care_lines"


# How a sign-in names somebody: the `sub` of their token.
Subject = Annotated[str, Shape(pattern=r"^[!-~]{1,255}$")]


class NewGuestSeat(Input):
    """Which social worker may read what of which client, and why."""

    id: NewId
    client_id: UUID
    guest: Subject
    purpose: Name
    fields: list[SharedField] = Shape(min_length=1, max_length=len(SharedField))

    @field_validator("fields")
    @classmethod
    def _each_once(cls, fields: list[SharedField]) -> list[SharedField]:
        if len(set(fields)) != len(fields):
            raise ValueError("name each field once")
        return fields


class AlreadyInvited(Conflict):
    """Of one client a guest has one seat at a time, so that one withdrawal ends all of it."""

    field = "/body/guest"
    way_out = "Withdraw the seat that is open, or wait until it ends, and then invite again."

    def __init__(self) -> None:
        super().__init__("This guest has an open seat for this client.")


class GuestSeatAlreadyEnded(Conflict):
    """A seat ends once: when it is withdrawn, or with its last day."""

    field = "/path/guest_seat_id"
    way_out = "Nothing needs to be done: nothing is shown through this seat any more."

    def __init__(self) -> None:
        super().__init__("This guest seat has ended.")


class GuestSeat(TeamOwned, Base, table=True):
    """An invitation by a member of the team, and how long it holds."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    guest: str
    purpose: str
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    invited_by: UUID | None
    from_at: datetime = Field(sa_type=INSTANT)
    until_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def offered(cls, new: NewGuestSeat, team_id: UUID, days: int, by: UUID | None, now: datetime) -> Self:
        until_at = now + timedelta(days=days)
        return cls(**new.model_dump(), team_id=team_id, invited_by=by, from_at=now, until_at=until_at, changed_at=now)

    def withdraw(self, now: datetime) -> None:
        """Raises `GuestSeatAlreadyEnded`."""
        if self.withdrawn_at is not None or self.until_at <= now:
            raise GuestSeatAlreadyEnded
        self.withdrawn_at, self.changed_at = now, now


Index("ix_guest_seat_guest", col(GuestSeat.guest), col(GuestSeat.until_at))
