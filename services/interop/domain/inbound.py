"""What partners send in: the message as it came, the referral understood from it, and which service it is for."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Index, LargeBinary, Text, text
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Input, NewId
from services.interop.domain.base import Base

# Letters and digits that are not mistaken for one another on the telephone (Crockford's base 32).
SPOKEN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LETTERS, BITS_PER_LETTER = 10, 5
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}")
# What an update may tell better; who it is about is not among it.
CONTACT = ("address_line", "postcode", "phone")
WITHDRAWN = "Withdrawn by whoever referred: nothing is asked of the team any more. What was asked before:"
REASON_LENGTH = 4000


class NewServiceEndpoint(Input):
    """A service that partners can refer to, by its identifier in the NHS Directory of Services."""

    id: NewId
    dos_service_id: Annotated[str, Shape(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    team_id: UUID


class ServiceEndpoint(TeamOwned, Base, table=True):
    """Where a message for one service goes: to one team (FHIR HealthcareService)."""

    dos_service_id: str = Field(unique=True)

    @classmethod
    def registered(cls, new: NewServiceEndpoint, now: datetime) -> Self:
        return cls(**new.model_dump(), changed_at=now)


@dataclass(frozen=True)
class Arrival:
    """A message as it arrived: its bytes, what they claim to be, and the two ids where they are UUIDs."""

    raw: bytes
    media_type: str
    request_id: UUID | None
    correlation_id: UUID | None

    @property
    def pair(self) -> tuple[UUID, UUID] | None:
        if self.request_id is None or self.correlation_id is None:
            return None
        return self.request_id, self.correlation_id


class MessageOutcome(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class NothingToTryAgain(Conflict):
    field = "/path/inbound_message_id"
    way_out = (
        "Only a message that we failed over, which is received with status 500, is tried again here; one that was"
        " refused is corrected and sent again by its sender."
    )

    def __init__(self) -> None:
        super().__init__("This message has been dealt with.")


class InboundMessage(Stored, Base, table=True):
    """Every message as it came, byte for byte, kept before it is judged and kept when it is refused."""

    received_at: datetime = Field(sa_type=INSTANT, index=True)
    sender: str
    media_type: str
    request_id: UUID | None = None
    correlation_id: UUID | None = None
    raw: bytes = Field(sa_type=LargeBinary)
    digest: str
    outcome: str = MessageOutcome.RECEIVED
    status: int | None = None

    @classmethod
    def received(cls, arrival: Arrival, sender: str, now: datetime) -> Self:
        return cls(
            received_at=now,
            sender=sender,
            media_type=arrival.media_type[:100],
            request_id=arrival.request_id,
            correlation_id=arrival.correlation_id,
            raw=arrival.raw,
            digest=hashlib.sha256(arrival.raw).hexdigest(),
        )

    def answered(self, outcome: MessageOutcome, status: int) -> None:
        self.outcome, self.status = outcome, status

    def require_failed(self) -> None:
        """Raises `NothingToTryAgain` for any but a message that we failed over."""
        if (self.outcome, self.status) != (MessageOutcome.RECEIVED, HTTPStatus.INTERNAL_SERVER_ERROR):
            raise NothingToTryAgain


class MessageKind(StrEnum):
    """What the sender asks: take the person on, or look at them and say whether that is needed."""

    REFERRAL = "referral"
    VALIDATION = "validation"


class ReferralOutcome(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    NOT_TAKEN = "not_taken"
    # By its sender, before the team had answered.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Understood:
    """A referral as a partner's message states it, checked and shortened to what can be stored and shown."""

    kind: MessageKind
    use_case: str
    source: str
    reason: str
    urgency: str
    answer_due_at: datetime | None
    referrer: str | None
    referrer_ods_code: str | None
    person: dict[str, Any]


class Answer(NamedTuple):
    """What a team said to a partner's referral, and when; why not, and where to turn, where it said no."""

    outcome: ReferralOutcome
    at: datetime | None = None
    reason: str | None = None
    signpost: str | None = None


class InboundReferral(TeamOwned, Base, table=True):
    """A referral understood from a message, with the reference that people on both sides can read out."""

    message_id: UUID = Field(foreign_key="inbound_message.id", unique=True)
    reference: str = Field(unique=True)
    kind: str
    use_case: str
    source: str
    reason: str
    urgency: str
    received_at: datetime = Field(sa_type=INSTANT)
    answer_due_at: datetime | None = Field(default=None, sa_type=INSTANT)
    referrer: str | None = None
    referrer_ods_code: str | None = None
    given_name: str
    family_name: str
    birth_on: date | None = None
    sex: str
    nhs_number: str | None = None
    nhs_number_status: str
    address_line: str | None = None
    postcode: str | None = None
    phone: str | None = None
    referral_id: UUID | None = None
    outcome: str = ReferralOutcome.WAITING
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    not_taken_reason: str | None = None
    signpost: str | None = None
    # The ServiceRequest as a trust wrote it; none where the referral came as a message or as plain JSON.
    written: str | None = Field(default=None, sa_type=Text)
    # By BaRS: what its sender calls the request, and the service there that hears of it; none where it came otherwise.
    request_key: str | None = None
    reply_to: str | None = None

    @classmethod
    def of(cls, message: InboundMessage, team_id: UUID, understood: Understood) -> Self:
        stated = {name: value for name, value in vars(understood).items() if name != "person"}
        return cls(
            **stated,
            **understood.person,
            message_id=message.id,
            team_id=team_id,
            reference=reference_of(message.id),
            received_at=message.received_at,
            changed_at=message.received_at,
        )

    def put_right(self, understood: Understood, message_id: UUID, now: datetime) -> None:
        """As its sender says it now, in a newer message. Who it is about stays."""
        self.reason, self.urgency = understood.reason, understood.urgency
        self.answer_due_at = understood.answer_due_at
        for name in CONTACT:
            setattr(self, name, understood.person[name] or getattr(self, name))
        self.message_id, self.changed_at = message_id, now

    def withdraw(self, message_id: UUID, now: datetime) -> None:
        """Its sender does not ask any more. What was asked stays readable below."""
        self.outcome, self.answered_at = ReferralOutcome.WITHDRAWN, now
        self.reason = f"{WITHDRAWN}\n{self.reason}"[:REASON_LENGTH]
        self.message_id, self.changed_at = message_id, now

    def became(self, referral_id: UUID, answer: Answer, now: datetime) -> None:
        """The team's own referral, and how it was decided. A decision is never undone by news of the receipt.

        Whoever took their request back while the team was taking the person on has to hear that the team did.
        """
        self.referral_id, self.changed_at = referral_id, now
        crossed = self.outcome == ReferralOutcome.WITHDRAWN and answer.outcome is ReferralOutcome.ACCEPTED
        if self.outcome == ReferralOutcome.WAITING or crossed:
            self.outcome, self.answered_at, self.not_taken_reason, self.signpost = answer


def reference_of(message_id: UUID) -> str:
    """`HS-4F7KP-9Q2MX`: the random end of the id in letters that can be read out."""
    number = message_id.int & ((1 << REFERENCE_LETTERS * BITS_PER_LETTER) - 1)
    letters = [SPOKEN[number >> shift & 31] for shift in range(45, -1, -BITS_PER_LETTER)]
    return f"HS-{''.join(letters[:5])}-{''.join(letters[5:])}"


only_states(InboundMessage, "outcome", MessageOutcome)
Index("ix_inbound_message_outcome", col(InboundMessage.outcome), col(InboundMessage.id))
only_states(InboundReferral, "kind", MessageKind)
only_states(InboundReferral, "outcome", ReferralOutcome)
# A message is processed once: of two that arrive together with the same ids, one is refused.
Index("ix_inbound_referral_changed_at", col(InboundReferral.changed_at))
Index(
    "ix_inbound_referral_request_key",
    col(InboundReferral.request_key),
    postgresql_where=text("request_key is not null"),
)
Index(
    "one_accepted_message_per_pair",
    col(InboundMessage.request_id),
    col(InboundMessage.correlation_id),
    unique=True,
    postgresql_where=text(f"outcome = '{MessageOutcome.ACCEPTED}'"),
)
