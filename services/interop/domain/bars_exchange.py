"""What is kept of a referral by BaRS besides itself: each version that its sender sent, and what it is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.interop.domain.base import Base
from services.interop.domain.inbound import InboundReferral


class MessageReason(StrEnum):
    """CodeSystem message-reason-bars."""

    NEW = "new"
    UPDATE = "update"
    DELETE = "delete"


class ReferralVersion(TeamOwned, Base, table=True):
    """One version of a referral, in the message that it came in. The first has the number 1."""

    inbound_referral_id: UUID = Field(foreign_key="inbound_referral.id")
    message_id: UUID = Field(foreign_key="inbound_message.id", unique=True)
    number: int
    reason: str

    @classmethod
    def of(cls, referral: InboundReferral, message_id: UUID, number: int, reason: MessageReason, now: datetime) -> Self:
        return cls(
            team_id=referral.team_id,
            inbound_referral_id=referral.id,
            message_id=message_id,
            number=number,
            reason=reason,
            changed_at=now,
        )


class Stage(StrEnum):
    """What a sender hears after the first answer: whether the person is taken on, and that care has ended."""

    INTERIM = "interim"
    FINAL = "final"


class ResponseStatus(StrEnum):
    """Refused: the sender's system said why not. Dead: it never answered."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    DEAD = "dead"


class ResponseOnItsWay(Conflict):
    field = "/path/response_id"
    way_out = "Wait for it to be answered; what is sent, or waits to be, is not sent again."

    def __init__(self) -> None:
        super().__init__("This response is on its way or has arrived.")


class EndIsTold(Conflict):
    """Whoever heard that care has ended is not told afterwards that it began."""

    field = "/path/response_id"
    way_out = "Nothing needs to be done: the later response says how it ended."

    def __init__(self) -> None:
        super().__init__("The sender has heard that care has ended.")


class BarsResponse(TeamOwned, Base, table=True):
    """One response on its way to whoever referred. By its request id the other side knows a repetition."""

    inbound_referral_id: UUID = Field(foreign_key="inbound_referral.id")
    stage: str
    request_id: UUID
    correlation_id: UUID
    # Who is to have it, in the Directory of Services: a system and a value with a bar between them.
    target: str
    use_context: str
    payload: str = Field(sa_column=Column(Text, nullable=False))
    status: str = ResponseStatus.QUEUED
    attempts: int = 0
    last_status: int | None = None
    queued_at: datetime = Field(sa_type=INSTANT)
    due_at: datetime = Field(sa_type=INSTANT)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def queued(
        cls,
        referral: InboundReferral,
        stage: Stage,
        correlation_id: UUID,
        payload: str,
        *,
        to: tuple[str, str],
        now: datetime,
    ) -> Self:
        """`to` is the target, and the context that the NHS's proxy counts it by."""
        return cls(
            team_id=referral.team_id,
            inbound_referral_id=referral.id,
            stage=stage,
            request_id=uuid4(),
            correlation_id=correlation_id,
            target=to[0],
            use_context=to[1],
            payload=payload,
            queued_at=now,
            due_at=now,
            changed_at=now,
        )

    def lease(self, until: datetime, now: datetime) -> None:
        """Count an attempt, and keep it from other workers until then."""
        self.attempts += 1
        self.due_at, self.changed_at = until, now

    def settled(self, status: ResponseStatus, last_status: int | None, now: datetime) -> None:
        self.status, self.last_status, self.changed_at = status, last_status, now
        self.sent_at = now if status is ResponseStatus.SENT else None

    def later(self, due_at: datetime, last_status: int | None, now: datetime) -> None:
        self.due_at, self.last_status, self.changed_at = due_at, last_status, now

    def send_again(self, now: datetime) -> None:
        """As it is, after the other side has mended what was wrong there. What was refused was not processed, and goes
        under a new request id; what was never answered goes under the same. Raises `ResponseOnItsWay`."""
        if self.status not in {ResponseStatus.REFUSED, ResponseStatus.DEAD}:
            raise ResponseOnItsWay
        if self.status == ResponseStatus.REFUSED:
            self.request_id = uuid4()
        self.status, self.attempts, self.due_at, self.changed_at = ResponseStatus.QUEUED, 0, now, now


only_states(ReferralVersion, "reason", MessageReason)
only_states(BarsResponse, "stage", Stage)
only_states(BarsResponse, "status", ResponseStatus)
_versions: Any = ReferralVersion.__table__  # type: ignore[attr-defined]
_versions.append_constraint(UniqueConstraint("inbound_referral_id", "number", name="one_version_per_number"))
_responses: Any = BarsResponse.__table__  # type: ignore[attr-defined]
_responses.append_constraint(UniqueConstraint("inbound_referral_id", "stage", name="one_response_per_stage"))
Index(
    "ix_bars_response_due",
    col(BarsResponse.due_at),
    postgresql_where=text(f"status = '{ResponseStatus.QUEUED}'"),
)
Index("ix_bars_response_status", col(BarsResponse.status), col(BarsResponse.id))
Index("ix_bars_response_queued_at", col(BarsResponse.queued_at))
