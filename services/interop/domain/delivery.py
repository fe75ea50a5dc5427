"""A fact on its way to a partner."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, col

from services.common.models import INSTANT, TeamOwned, only_states
from services.interop.domain.base import Base


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class CouncilDelivery(TeamOwned, Base, table=True):
    """One fact on its way to one partner. Its id is the webhook id, by which the partner knows a repetition."""

    event_id: UUID
    connection_id: UUID = Field(foreign_key="connection.id")
    # A fact about a client goes by what they share; the answer to a partner's own referral by that referral.
    share_id: UUID | None = Field(default=None, foreign_key="share.id", index=True)
    client_id: UUID | None = None
    inbound_referral_id: UUID | None = Field(default=None, foreign_key="inbound_referral.id", index=True)
    submission_id: UUID | None = Field(default=None, foreign_key="submission.id", index=True)
    type: str
    payload: str
    status: str = DeliveryStatus.QUEUED
    attempts: int = 0
    last_status: int | None = None
    queued_at: datetime = Field(sa_type=INSTANT)
    due_at: datetime = Field(sa_type=INSTANT)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def lease(self, until: datetime, now: datetime) -> None:
        """Count an attempt, and keep the fact from other workers until then."""
        self.attempts += 1
        self.due_at, self.changed_at = until, now


@dataclass(frozen=True)
class Attempt:
    """One try at delivering one fact: where to, signed with what, and the how-manieth it is.

    An address that is not proved has yet to echo a challenge. A submission arrived when the council says what it makes
    of it; any other fact, when it is taken.
    """

    delivery_id: UUID
    connection_id: UUID
    url: str = field(repr=False)
    secret: str = field(repr=False)
    payload: str = field(repr=False)
    number: int
    is_proved: bool
    # None for the answer to a partner's own referral.
    client_id: UUID | None
    submission_id: UUID | None


only_states(CouncilDelivery, "status", DeliveryStatus)
CouncilDelivery.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("event_id", "connection_id", name="one_delivery_per_event")
)
CouncilDelivery.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "(share_id is null) = (client_id is null) and (share_id is null) = (inbound_referral_id is not null)",
        name="council_delivery_has_a_ground",
    )
)
WAITING: Any = text(f"status = '{DeliveryStatus.QUEUED}'")
Index(
    "ix_council_delivery_due",
    col(CouncilDelivery.connection_id),
    col(CouncilDelivery.due_at),
    postgresql_where=WAITING,
)
Index(
    "ix_council_delivery_order",
    col(CouncilDelivery.client_id),
    col(CouncilDelivery.connection_id),
    col(CouncilDelivery.id),
    postgresql_where=WAITING,
)
Index("ix_council_delivery_connection", col(CouncilDelivery.connection_id), col(CouncilDelivery.id))
Index("ix_council_delivery_status", col(CouncilDelivery.status), col(CouncilDelivery.id))
