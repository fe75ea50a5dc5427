"""Device: one installation of the app, with its one queue. It belongs to no person; what it sends does."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.errors import Conflict
from services.common.models import INSTANT, Stored
from services.common.types import Input, day_in_england


class SequenceGap(Conflict):
    """What is missing would be applied too late, or never; so nothing is applied until it comes."""

    field = "/body/operations"
    way_out = "Nothing was applied. Send the queue again, beginning with the number that is named here."

    def __init__(self, expected: int) -> None:
        named = {"Expected-Sequence": str(expected)}
        super().__init__(f"The next operation of this device has the sequence {expected}.", headers=named)


class SequenceReused(Conflict):
    """A number names one operation for good."""

    field = "/body/operations"
    way_out = (
        "Nothing was applied. Make a new device_id for this installation, and send all that was not answered under it."
    )

    def __init__(self, sequence: int) -> None:
        super().__init__(f"The sequence {sequence} of this device belongs to another operation.")


class AnothersDevice(SequenceReused):
    """Nobody goes on in the queue of people with whom they have no team in common; what they noted themselves goes on
    under a device_id of its own. To the app it is what it is where an installation was copied."""

    def __init__(self) -> None:
        Conflict.__init__(self, "The queue of this device is somebody else's.")

    @classmethod
    def code(cls) -> str:
        return SequenceReused.code()


class LostDevice(Input):
    device_id: UUID


class SyncDevice(Stored, Base, table=True):
    """What the server knows of a device's queue: numbers, times and who pushed last; nothing that was written.

    It is of no team, for a tablet goes from hand to hand; `teams` are those of whoever pushed last, with those before
    until somebody of them pushes again.
    """

    through: int
    unsent: int
    oldest_unsent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    pushed_at: datetime = Field(sa_type=INSTANT)
    pushed_by: UUID
    clock_off_seconds: int
    teams: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    lost_at: datetime | None = Field(default=None, sa_type=INSTANT)
    lost_by: UUID | None = None


class Clock:
    """How far a device's clock is off, measured when it sent. Within what is tolerated it is believed."""

    def __init__(self, sent_at: datetime, now: datetime, tolerated: timedelta) -> None:
        self.now, self.off, self.tolerated = now, sent_at - now, tolerated
        self.is_wrong = abs(self.off) > tolerated

    @property
    def off_seconds(self) -> int:
        return round(self.off.total_seconds())

    @property
    def flagged_seconds(self) -> int:
        """What is kept with what it said; 0 where it is believed."""
        return self.off_seconds if self.is_wrong else 0

    def corrected(self, told: datetime) -> datetime:
        """The instant that the device meant; never later than now."""
        return min(self._meant(told), self.now)

    def is_ahead(self, told: datetime) -> bool:
        """Whether it is said to be still to come: the clock was another one when it was noted."""
        return self._meant(told) > self.now + self.tolerated

    def days_ahead(self, told: datetime) -> timedelta:
        """By how many days its calendar was ahead when it showed this instant."""
        return day_in_england(told) - day_in_england(self._meant(told))

    def _meant(self, told: datetime) -> datetime:
        return told - self.off if self.is_wrong else told


Index("ix_sync_device_teams", col(SyncDevice.teams), postgresql_using="gin")
Index("ix_sync_device_unsent", col(SyncDevice.id), postgresql_where=text("unsent > 0"))
