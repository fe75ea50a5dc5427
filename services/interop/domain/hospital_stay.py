"""Hospital stay: a client is to be admitted to hospital, is there, or came home, as the hospital's system tells it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import Column, Text
from sqlmodel import Field

from services.common.models import INSTANT, TeamOwned, only_states
from services.interop.domain.base import Base


class StayStatus(StrEnum):
    """FHIR encounter-status, as far as a hospital tells it here."""

    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


IN_HOSPITAL = {StayStatus.IN_PROGRESS, StayStatus.FINISHED}
# What may follow; that the same is said again, with other times, corrects it.
NEXT = {
    StayStatus.PLANNED: set(StayStatus),
    StayStatus.IN_PROGRESS: {StayStatus.IN_PROGRESS, StayStatus.FINISHED, StayStatus.ENTERED_IN_ERROR},
    StayStatus.FINISHED: {StayStatus.FINISHED},
    StayStatus.CANCELLED: {StayStatus.CANCELLED},
    StayStatus.ENTERED_IN_ERROR: {StayStatus.ENTERED_IN_ERROR},
}


class ToldStay(NamedTuple):
    """What a hospital's system says of a stay. A stay that is planned may not have a time yet."""

    status: StayStatus
    starts_at: datetime | None
    ends_at: datetime | None
    hospital_ods_code: str | None


class HospitalStay(TeamOwned, Base, table=True):
    """One stay of a client. `written` is the Encounter as `told_by`, a partner's system, wrote it."""

    client_id: UUID = Field(index=True)
    status: str
    starts_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ends_at: datetime | None = Field(default=None, sa_type=INSTANT)
    hospital_ods_code: str | None = None
    told_by: str
    message_id: UUID = Field(foreign_key="inbound_message.id", index=True)
    written: str = Field(sa_column=Column(Text, nullable=False))

    def may_become(self, status: StayStatus) -> bool:
        return status in NEXT[StayStatus(self.status)]

    def not_over_after_all(self) -> None:
        """A discharge was taken back by the hospital's own system (ADT A13), which says so of no other stay."""
        if self.status == StayStatus.FINISHED:
            self.status, self.ends_at = StayStatus.IN_PROGRESS, None

    def tell(self, told: ToldStay, written: str, message_id: UUID, now: datetime) -> Self:
        self.status, self.starts_at, self.ends_at, self.hospital_ods_code = told
        self.written, self.message_id, self.changed_at = written, message_id, now
        return self


only_states(HospitalStay, "status", StayStatus)
