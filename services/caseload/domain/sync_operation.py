"""Operation: one thing that somebody did without signal, as the device tells of it, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Protocol
from uuid import UUID

from pydantic import Field as Shape
from pydantic import WithJsonSchema
from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.sync_review import AlreadySettled, Decision
from services.common.errors import ServiceError, Unavailable, Unprocessable
from services.common.models import INSTANT, Aggregate, Stored, only_states
from services.common.types import Code, Count, Input, Instant, NewId

MOST_OPERATIONS = 500
MOST_NAMES = 50
OPERATIONS = "/body/operations"
MOST_SEQUENCE = 2**31 - 1


class SyncOutcome(StrEnum):
    """What came of an operation. All but `duplicate` are what it was answered with at first."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REFUSED = "refused"
    KEPT_ASIDE = "kept_aside"
    FOR_REVIEW = "for_review"


class Numbered(Input):
    """What has to be readable of every operation, so that it can be answered at all."""

    operation_id: NewId
    sequence: int = Shape(strict=True, ge=1, le=MOST_SEQUENCE)


class SentOperation(Numbered):
    """`kind` names what would have been called with signal; `about` and `body` are what it would have been given."""

    kind: Code
    about: dict[Code, UUID] = {}
    base_version: int | None = Shape(default=None, strict=True, ge=1, le=MOST_SEQUENCE)
    occurred_at: Instant
    made_by: UUID
    body: dict[str, Any] = {}


# What each is to be. Whether it is, is judged of each by itself, so that one alone never refuses the others.
AN_OPERATION = WithJsonSchema({"type": "object", "additionalProperties": True, "maxProperties": MOST_NAMES})


class Pushed(Input):
    """A part of a device's queue, in order. Each operation is read, applied and answered for itself."""

    device_id: UUID
    sent_at: Instant
    unsent: Count
    oldest_unsent_at: Instant | None = None
    operations: list[Annotated[Any, AN_OPERATION]] = Shape(max_length=MOST_OPERATIONS)


@dataclass(frozen=True)
class Result:
    """What came of an operation, as it is answered now and whenever it is sent again."""

    operation_id: UUID
    sequence: int
    outcome: SyncOutcome
    version: int | None = None
    conflict_id: UUID | None = None
    refusal: Mapping[str, Any] | None = None
    first_outcome: SyncOutcome | None = None


class Answered(Protocol):
    """How an operation was answered at first: from the ledger, or a moment ago."""

    digest: Any
    outcome: Any
    refusal: Any
    result_version: Any
    conflict_id: Any


class UnreadableOperation(Unprocessable):
    """An operation whose id or number cannot be read cannot be answered, nor can what follows it."""

    field = OPERATIONS
    way_out = "Give each operation an operation_id (a UUIDv7) and its sequence, and send the queue again."

    def __init__(self, place: int) -> None:
        super().__init__("An operation has no readable id or sequence.", field=f"/body/operations/{place}")


class OfOneOperation(ServiceError):
    """The answer to one operation of a batch; it points into that operation, as `at` says."""

    field = OPERATIONS
    way_out = "Send what is right as a new operation, with an id and a sequence of its own."
    at_part: ClassVar[str] = ""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field=self.at_part)


class OperationMalformed(OfOneOperation):
    """Two who read it would not read the same, so nobody applies it. It is kept as it was sent."""

    status = 422
    way_out = "Let whoever wrote it send it as a new operation: each name once, at most 50 of them, and 32 levels."

    def __init__(self) -> None:
        super().__init__("The operation has a name twice or too many names, or is nested too deeply.")


class ActorMismatch(OfOneOperation):
    """What somebody did is theirs, and nobody did anything at a client's whose team they were not in."""

    status = 403
    at_part = "/made_by"
    way_out = "Ask who did it and when; let them send it as a new operation of their own."

    def __init__(self) -> None:
        super().__init__("Whoever is said to have done this was not in the client's team then.")


class BaseVersionNeeded(OfOneOperation):
    status = 428
    at_part = "/base_version"
    way_out = "Send the version that was on the device when it was changed; let whoever wrote it change it anew."

    def __init__(self) -> None:
        super().__init__("A change has to say which version it was made on.")


class BaseVersionUnknown(OfOneOperation):
    """No version is changed that was not there yet."""

    status = 412
    at_part = "/base_version"
    way_out = "Read it again, and let whoever wrote it change what is there now."

    def __init__(self) -> None:
        super().__init__("It never had this version.")


class OperationAltered(OfOneOperation):
    """What was sent once is not said otherwise under the same name."""

    status = 409
    at_part = "/operation_id"
    way_out = "Send what has changed as a new operation, with an id and a sequence of its own."

    def __init__(self) -> None:
        super().__init__("This operation was sent before, with another content.")


class FaultOfOurs(OfOneOperation):
    """What fails for a fault of ours must not stop what stands behind it in the queue."""

    status = 500
    way_out = (
        "Go on with what comes next. This is kept: a member of the team, or whoever did it, takes it in when the fault "
        "is mended."
    )

    @classmethod
    def code(cls) -> str:
        return "internal"

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side.")


class PushedTwiceAtOnce(Unavailable):
    def __init__(self) -> None:
        super().__init__("The same operation is being applied for another device at this moment.")


class SyncOperation(Stored, Base, table=True):
    """That a device sent an operation, and what came of it. What it said is kept elsewhere, and only while a person
    has to see it; here stands its digest, by which the same is known again."""

    __table_args__ = (UniqueConstraint("device_id", "sequence", name="one_operation_per_sequence"),)

    operation_id: UUID
    device_id: UUID
    sequence: int
    kind: str | None = None
    digest: bytes
    base_version: int | None = None
    occurred_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # By the measured clock of the device, where that is wrong; None where it cannot be so.
    happened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # What it would have made, had it not come into conflict, so that what follows on it is known.
    makes_id: UUID | None = None
    # By how much; 0 where it is right.
    clock_off_seconds: int
    made_by: UUID | None = None
    pushed_by: UUID
    pushed_at: datetime = Field(sa_type=INSTANT)
    outcome: str
    result_version: int | None = None
    conflict_id: UUID | None = None
    refusal: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class SyncHeld(Aggregate, Base, table=True):
    """What an operation said, letter for letter, while somebody has to see it: whoever has the client now, or where it
    is of no client whom its writer was ever with, one person alone."""

    __table_args__ = (CheckConstraint("(client_id is null) <> (kept_for is null)", name="sync_held_for_somebody"),)

    operation_id: UUID
    client_id: UUID | None = Field(default=None, foreign_key="client.id")
    kept_for: UUID | None = None
    device_id: UUID
    sequence: int
    kind: str | None = None
    made_by: UUID | None = None
    pushed_by: UUID
    happened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    received_at: datetime = Field(sa_type=INSTANT)
    # Of a clock that is wrong; else 0. None, as is when it happened, where what the clock said cannot be so.
    clock_off_seconds: int | None = None
    # A late push, a refusal, or something that this release does not know.
    outcome: str
    refusal: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    # What would have been made, so that what follows on it waits as well.
    makes_id: UUID | None = None
    # Gone once it is settled.
    content: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    settled_by: UUID | None = None
    decision: str | None = None
    reason: str | None = None

    def require_open(self) -> None:
        """Raises `AlreadySettled`."""
        if self.settled_at is not None:
            raise AlreadySettled

    def settle(self, decision: Decision, by: UUID | None, now: datetime, reason: str | None = None) -> None:
        """It is done with, and what was said is not kept twice."""
        self.decision, self.reason, self.content = decision, reason, None
        self.settled_at, self.settled_by, self.changed_at = now, by, now


only_states(SyncOperation, "outcome", SyncOutcome)
only_states(SyncHeld, "outcome", SyncOutcome)
Index(
    "one_first_operation",
    col(SyncOperation.operation_id),
    unique=True,
    postgresql_where=text("outcome <> 'duplicate'"),
)
Index("ix_sync_held_makes", col(SyncHeld.makes_id), postgresql_where=text("settled_at is null"))
Index("ix_sync_held_client", col(SyncHeld.client_id), col(SyncHeld.id))
Index("ix_sync_held_kept_for", col(SyncHeld.kept_for), col(SyncHeld.id))
Index("ix_sync_operation_makes", col(SyncOperation.makes_id), postgresql_where=text("makes_id is not null"))
