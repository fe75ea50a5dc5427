"""A document to a client's GP about one day of care: when it leaves, what came of it, and what a person can mend."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID, uuid5

from pydantic import BaseModel
from sqlalchemy import Column, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import midnight_in_england
from services.interop.domain.base import Base
from services.interop.domain.itk_answer import Answered, ItkAnswer


class GpDocumentState(StrEnum):
    """Waiting until the day is over; sent until the surgery's system has it (received) and files it (acknowledged).

    Held is what cannot be addressed; refused, what the surgery sent back; undelivered, what MESH did; dead, what nobody
    answered however often it was sent; withdrawn, what the client does not share any more.
    """

    WAITING = "waiting"
    HELD = "held"
    SENT = "sent"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


# What somebody of the team looks at, puts right and sends again.
TO_BE_MENDED = (GpDocumentState.HELD, GpDocumentState.REFUSED, GpDocumentState.UNDELIVERED, GpDocumentState.DEAD)
ON_ITS_WAY = (GpDocumentState.SENT, GpDocumentState.RECEIVED)
LEAVES = (GpDocumentState.WAITING, *ON_ITS_WAY)


class AlreadyAtTheSurgery(Conflict):
    field = "/path/gp_document_id"
    way_out = "Nothing needs to be done: the surgery has filed it. What is recorded later makes a new document."

    def __init__(self) -> None:
        super().__init__("The surgery has this document.")


class OnItsWayToTheSurgery(Conflict):
    field = "/path/gp_document_id"
    way_out = "Wait for the surgery's answer; without one it is sent again by itself, and waits for you in the end."

    def __init__(self) -> None:
        super().__init__("This document is on its way.")


class NotSharedWithTheSurgery(Conflict):
    """What a client does not share any more is not sent, nor sent again."""

    field = "/path/gp_document_id"
    way_out = "Ask the client. If they agree anew, what is recorded from then on is sent."

    def __init__(self) -> None:
        super().__init__("The client does not share their care with this surgery any more.")


class SurgeryShare(BaseModel):
    """That a surgery may be told of an episode of care, as caseload holds it."""

    id: UUID
    episode_of_care_id: UUID
    ods_code: str
    told_on: date
    stopped_at: datetime | None

    def covers(self, episode_of_care_id: UUID, day: date) -> bool:
        """What was before the client was asked, or told, is not sent."""
        is_of_it = self.episode_of_care_id == episode_of_care_id
        return is_of_it and self.stopped_at is None and self.told_on <= day


class GpDocument(TeamOwned, Base, table=True):
    """One client's contacts of one day in England, for the surgery that they share them with.

    A contact that is recorded after it has left makes the next `edition`, which takes its place. `due_at` is when it
    leaves, or when no answer has come for too long; `sends` counts how often it left, of which `sends_before` were
    before somebody sent it again. What was refused and mended is another document to the surgery, the next of `mends`.
    """

    client_id: UUID
    surgery_share_id: UUID
    ods_code: str
    happened_on: date
    edition: int
    contacts: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    state: str = GpDocumentState.WAITING
    reason: str | None = None
    due_at: datetime = Field(sa_type=INSTANT)
    sends: int = 0
    sends_before: int = 0
    mends: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    received_at: datetime | None = Field(default=None, sa_type=INSTANT)
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def begun(
        cls, *, team_id: UUID, client_id: UUID, share: SurgeryShare, day: date, edition: int, leaves: datetime
    ) -> Self:
        return cls(
            team_id=team_id,
            client_id=client_id,
            surgery_share_id=share.id,
            ods_code=share.ods_code,
            happened_on=day,
            edition=edition,
            contacts=[],
            due_at=leaves,
            changed_at=leaves,
        )

    @property
    def told_as(self) -> UUID:
        """The id by which the surgery knows it again when it is sent again."""
        return self.id if self.mends == 0 else uuid5(self.id, str(self.mends))

    def tells_of(self, care_contact_id: UUID, now: datetime) -> None:
        if care_contact_id not in self.contacts:
            self.contacts = [*self.contacts, care_contact_id]
        self.changed_at = now

    def hold(self, reason: str, now: datetime) -> None:
        """It cannot be addressed. Somebody of the team puts right what is missing, and sends it."""
        self.state, self.reason, self.changed_at = GpDocumentState.HELD, reason, now

    def held_against(self, practice: str | None) -> str | None:
        """Why it cannot leave, where PDS names another practice than the client shares their care with."""
        return "another_practice" if practice is not None and practice.upper() != self.ods_code.upper() else None

    def leaves_now(self, now: datetime) -> None:
        """Raises `AlreadyAtTheSurgery`, `OnItsWayToTheSurgery` or `NotSharedWithTheSurgery`."""
        if self.state == GpDocumentState.ACKNOWLEDGED:
            raise AlreadyAtTheSurgery
        if self.state == GpDocumentState.WITHDRAWN:
            raise NotSharedWithTheSurgery
        if self.state in ON_ITS_WAY:
            raise OnItsWayToTheSurgery
        if self.state == GpDocumentState.REFUSED:
            self.mends, self.sends = self.mends + 1, 0
        self.state, self.reason, self.due_at = GpDocumentState.WAITING, None, now
        self.sends_before, self.answered_at, self.changed_at = self.sends, None, now

    def has_been_silent(self, most_sends: int, now: datetime) -> bool:
        """Whether no answer came however often it was sent; then it waits for somebody of the team."""
        if self.state not in ON_ITS_WAY or self.sends - self.sends_before < most_sends:
            return False
        self.state, self.reason, self.changed_at = GpDocumentState.DEAD, "not_answered", now
        return True

    def left(self, now: datetime, answer_due: datetime) -> None:
        """MESH has it. An answer that was here first stays."""
        self.sends += 1
        self.sent_at, self.changed_at = now, now
        if self.state == GpDocumentState.WAITING:
            self.state, self.reason = GpDocumentState.SENT, None
        if self.state in ON_ITS_WAY:
            self.due_at = answer_due

    def stumbled(self, reason: str, again_at: datetime, now: datetime) -> None:
        """MESH could not be reached, so it is tried again; why is shown meanwhile."""
        self.reason, self.due_at, self.changed_at = reason, again_at, now

    def returned(self, reason: str, now: datetime) -> None:
        """MESH did not deliver it. What the surgery has said since stays."""
        if self.state in LEAVES or self.state == GpDocumentState.DEAD:
            self.state, self.reason, self.answered_at, self.changed_at = GpDocumentState.UNDELIVERED, reason, now, now

    def heard(self, answer: ItkAnswer, now: datetime) -> None:
        """What the surgery's system says of it holds, whatever was decided here meanwhile.

        What was withdrawn and then refused is with nobody, and stays withdrawn: nobody can send it again.
        """
        if self.state == GpDocumentState.ACKNOWLEDGED:
            return
        made = answer.of(self.sends)
        if self.state == GpDocumentState.WITHDRAWN and made is Answered.REFUSED:
            self.answered_at, self.changed_at = now, now
            return
        if made is Answered.RECEIVED:
            self.received_at, self.changed_at = now, now
            if self.state in (*LEAVES, GpDocumentState.DEAD):
                self.state, self.reason = GpDocumentState.RECEIVED, None
            return
        self.state = GpDocumentState.ACKNOWLEDGED if made is Answered.FILED else GpDocumentState.REFUSED
        self.reason = None if made is Answered.FILED else f"itk3_{answer.code}"
        self.answered_at, self.changed_at = now, now

    def withdraw(self, now: datetime) -> None:
        """Nothing of it is sent any more. What has left cannot be called back."""
        if self.state != GpDocumentState.ACKNOWLEDGED:
            self.state, self.reason, self.changed_at = GpDocumentState.WITHDRAWN, "share_stopped", now


class GpMessage(Stored, Base, table=True):
    """One time that a document left: the message as it was sent. Its id is the message's own, which answers name.

    `mesh_id` is what MESH calls it, once MESH has it.
    """

    gp_document_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gp_document.id"), nullable=False, index=True))
    number: int
    made_at: datetime = Field(sa_type=INSTANT)
    mesh_id: str | None = Field(default=None, unique=True)
    raw: bytes = Field(sa_type=LargeBinary)


def leaves_at(day: date, settling: timedelta, now: datetime) -> datetime:
    """Once the day is over in England and tablets have had time to send what they hold; at once for a past day."""
    return max(midnight_in_england(day + timedelta(days=1)), now) + settling


only_states(GpDocument, "state", GpDocumentState)
GpDocument.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("client_id", "happened_on", "edition", name="one_gp_document_per_edition")
)
GpMessage.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("gp_document_id", "number", name="one_gp_message_per_number")
)
LEAVING = ", ".join(f"'{state}'" for state in LEAVES)
Index("ix_gp_document_due", col(GpDocument.due_at), postgresql_where=text(f"state in ({LEAVING})"))
Index("ix_gp_document_client", col(GpDocument.client_id), col(GpDocument.id))
Index("ix_gp_document_state", col(GpDocument.team_id), col(GpDocument.state), col(GpDocument.id))
Index("ix_gp_document_day", col(GpDocument.happened_on))
Index("ix_gp_document_share", col(GpDocument.surgery_share_id))
