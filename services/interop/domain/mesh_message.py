"""What lay in our MESH mailbox, kept as it came before it was judged, and what it turned out to be."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Uuid
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, Aggregate, only_states
from services.interop.domain.base import Base


class MeshOutcome(StrEnum):
    """Understood is what told of a document of ours; late, of a sending that another took the place of.

    The others wait for a person: of nothing that we know, unreadable, or not for us. Settled is what one dealt with.
    """

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    LATE = "late"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    NOT_OURS = "not_ours"
    SETTLED = "settled"


# What surgeries and MESH answer has some thousand bytes; anybody may leave a hundred gigabytes.
MOST_BYTES = 2**20
FOR_A_PERSON = (MeshOutcome.UNKNOWN, MeshOutcome.UNREADABLE, MeshOutcome.NOT_OURS)


class NothingToSettle(Conflict):
    field = "/path/mesh_message_id"
    way_out = "Look at its outcome: only what nobody could be told of waits for a person."

    def __init__(self) -> None:
        super().__init__("This message waits for nobody.")


class Letter(NamedTuple):
    """A message as MESH hands it over: its headers, as far as they say anything to us, and its bytes.

    Of one larger than `MOST_BYTES` there is one byte more than that.
    """

    mesh_id: str
    recipient: str
    sender: str | None
    workflow_id: str | None
    message_type: str
    local_id: str | None
    linked_id: str | None
    status_code: str | None
    media_type: str
    raw: bytes

    @property
    def is_report(self) -> bool:
        return self.message_type.upper() == "REPORT"


class MeshMessage(Aggregate, Base, table=True):
    """One message of our mailbox, byte for byte."""

    mesh_id: str = Field(unique=True)
    received_at: datetime = Field(sa_type=INSTANT)
    recipient: str
    sender: str | None = None
    workflow_id: str | None = None
    message_type: str
    local_id: str | None = None
    linked_id: str | None = None
    status_code: str | None = None
    media_type: str
    raw: bytes = Field(sa_type=LargeBinary)
    outcome: str = MeshOutcome.RECEIVED
    gp_document_id: UUID | None = Field(
        default=None, sa_column=Column(Uuid, ForeignKey("gp_document.id"), nullable=True, index=True)
    )

    @classmethod
    def kept(cls, letter: Letter, now: datetime) -> Self:
        return cls(**letter._asdict(), received_at=now, changed_at=now)

    @property
    def letter(self) -> Letter:
        return Letter(**{name: getattr(self, name) for name in Letter._fields})

    def judged(self, outcome: MeshOutcome, gp_document_id: UUID | None, now: datetime) -> None:
        self.outcome, self.gp_document_id, self.changed_at = outcome, gp_document_id, now

    def settle(self, now: datetime) -> None:
        """Somebody dealt with it by other means. Raises `NothingToSettle`."""
        if self.outcome not in FOR_A_PERSON:
            raise NothingToSettle
        self.outcome, self.changed_at = MeshOutcome.SETTLED, now


only_states(MeshMessage, "outcome", MeshOutcome)
Index("ix_mesh_message_outcome", col(MeshMessage.outcome), col(MeshMessage.id))
