"""Syringe driver: what it gives, and each check of it, with the time by which somebody has to look again."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Stored, TeamOwned
from services.common.types import Input, Instant, Name, NewId, PastInstant, Words

# In hundredths of a millilitre, and of a millilitre an hour, so that figures are exact.
Hundredths = Annotated[int, Shape(strict=True, ge=0, le=100_00)]


class DriverState(StrEnum):
    """What may be asked for: `overdue` are those that run and were not looked at in time."""

    RUNNING = "running"
    OVERDUE = "overdue"
    STOPPED = "stopped"


class NewCheck(Input):
    """What somebody saw at the driver. Rate in hundredths of a millilitre an hour, volume in hundredths of one."""

    id: NewId
    checked_at: PastInstant
    site: Name
    rate_hundredths_ml_per_hour: Hundredths
    volume_left_hundredths_ml: Hundredths
    next_due_at: Instant
    words: Words | None = None


class NewSyringeDriver(Input):
    """A driver is set up, with its first check."""

    id: NewId
    client_id: UUID
    medicines: Words
    first_check: NewCheck


class Stopping(Input):
    stopped_at: PastInstant
    reason: Words


class NextCheckOutOfBounds(Unprocessable):
    """A driver that nobody looks at may run empty or into the wrong place."""

    field = "/body/next_due_at"
    way_out = "Give a time after this check; /v1/rules says how many hours later it may be at most."

    def __init__(self, hours: int) -> None:
        super().__init__(f"The next check is due within {hours} hours of this one.")


class DriverStopped(Conflict):
    """What was taken down is not looked at again."""

    field = "/path/syringe_driver_id"
    way_out = "If a driver runs again, set it up as a new one."

    def __init__(self) -> None:
        super().__init__("This syringe driver was stopped.")


class SyringeDriver(TeamOwned, Base, table=True):
    """One driver at one client, from setting it up to taking it down."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    medicines: str
    started_at: datetime = Field(sa_type=INSTANT)
    last_checked_at: datetime = Field(sa_type=INSTANT)
    next_due_at: datetime = Field(sa_type=INSTANT)
    stopped_at: datetime | None = Field(default=None, sa_type=INSTANT)
    stopped_reason: str | None = None
    stopped_by: UUID | None = None

    @classmethod
    def set_up(cls, new: NewSyringeDriver, client: Client, now: datetime) -> Self:
        first = new.first_check
        return cls(
            id=new.id,
            client_id=client.id,
            team_id=client.team_id,
            medicines=new.medicines,
            started_at=first.checked_at,
            last_checked_at=first.checked_at,
            next_due_at=first.next_due_at,
            changed_at=now,
        )

    def be_checked(self, check: NewCheck, most_hours: int, now: datetime) -> None:
        """The latest look says when the next is due, in whatever order they are told.

        Raises `DriverStopped` or `NextCheckOutOfBounds`.
        """
        if self.stopped_at is not None:
            raise DriverStopped
        if not check.checked_at < check.next_due_at <= check.checked_at + timedelta(hours=most_hours):
            raise NextCheckOutOfBounds(most_hours)
        if check.checked_at >= self.last_checked_at:
            self.last_checked_at, self.next_due_at = check.checked_at, check.next_due_at
        self.changed_at = now

    def is_overdue(self, now: datetime) -> bool:
        return self.stopped_at is None and self.next_due_at < now

    def stop(self, stopping: Stopping, by: UUID | None, now: datetime) -> None:
        """Raises `DriverStopped`."""
        if self.stopped_at is not None:
            raise DriverStopped
        self.stopped_at, self.stopped_reason, self.stopped_by = stopping.stopped_at, stopping.reason, by
        self.changed_at = now


class SyringeDriverCheck(Stored, Base, table=True):
    """One look at a driver."""

    team_id: UUID
    syringe_driver_id: UUID = Field(foreign_key="syringe_driver.id", index=True)
    checked_at: datetime = Field(sa_type=INSTANT)
    checked_by: UUID | None
    site: str
    rate_hundredths_ml_per_hour: int
    volume_left_hundredths_ml: int
    next_due_at: datetime = Field(sa_type=INSTANT)
    words: str | None

    @classmethod
    def of(cls, driver: SyringeDriver, new: NewCheck, by: UUID | None) -> Self:
        about: dict[str, Any] = {"team_id": driver.team_id, "syringe_driver_id": driver.id, "checked_by": by}
        return cls(**new.model_dump(), **about)


Index(
    "ix_syringe_driver_due",
    col(SyringeDriver.team_id),
    col(SyringeDriver.next_due_at),
    postgresql_where=text("stopped_at is null"),
)
