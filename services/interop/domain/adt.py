"""What a hospital's system tells by HL7 v2: each message once, with what became of it and what it was answered."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, Aggregate, only_states
from services.interop.domain.base import Base


class AdtOutcome(StrEnum):
    """Waiting: about somebody who is not known here, or whose stay is not; somebody has a look. Passed over: it tells
    of nothing that matters here, such as an outpatient. Set aside: it was looked at, and nothing is to be done.
    Forgotten: nobody had a look while what it says was kept."""

    TAKEN = "taken"
    WAITING = "waiting"
    PASSED_OVER = "passed_over"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    FORGOTTEN = "forgotten"


class Ack(StrEnum):
    """HL7 table 0008: taken, wrong in itself, or not for here."""

    ACCEPT = "AA"
    ERROR = "AE"
    REJECT = "AR"


class NothingToMend(Conflict):
    field = "/path/adt_message_id"
    way_out = "Only a message that waits for a look, or was refused for what it says, is tried again or set aside."

    def __init__(self) -> None:
        super().__init__("This message has been dealt with.")


class AdtMessage(Aggregate, Base, table=True):
    """It belongs to no team: whom it is about may not be known. What it says is kept with the inbound message alone."""

    message_id: UUID = Field(foreign_key="inbound_message.id", unique=True)
    # The sending application and facility; with the control id they name a message (HL7 2.14.9.10).
    sender: str
    control_id: str
    event: str
    outcome: str
    ack: str
    # Why, and the way out; nothing of the person.
    text: str
    hospital_stay_id: UUID | None = None
    received_at: datetime = Field(sa_type=INSTANT)

    def settled(self, outcome: AdtOutcome, text: str, stay_id: UUID | None, now: datetime) -> Self:
        self.outcome, self.text, self.hospital_stay_id, self.changed_at = outcome, text, stay_id, now
        return self

    def require_open(self) -> None:
        """Raises `NothingToMend`."""
        if self.outcome not in {AdtOutcome.WAITING, AdtOutcome.REFUSED}:
            raise NothingToMend


only_states(AdtMessage, "outcome", AdtOutcome)
only_states(AdtMessage, "ack", Ack)
# Not unique: an engine that counts anew names another message by the same control id.
Index("ix_adt_message_control_id", col(AdtMessage.sender), col(AdtMessage.control_id), col(AdtMessage.id))
Index("ix_adt_message_outcome", col(AdtMessage.outcome), col(AdtMessage.id))
Index("ix_adt_message_received_at", col(AdtMessage.received_at))
