"""A fact on its way to a partner."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.ids import moment_of
from services.common.models import INSTANT, TeamOwned, only_states
from services.interop.domain.adapter import Adapter
from services.interop.domain.base import Base


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class DeliveryOutcome(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"


class NotGivenUp(Conflict):
    """What waits, or has arrived, is not sent twice; what a social worker reviewed is theirs to send again."""

    field = "/path/delivery_id"
    way_out = "Look at /interop/v1/deliveries?status=dead; a submission is sent again by the social worker."

    def __init__(self) -> None:
        super().__init__("This delivery was not given up.")


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
    # Its day in England; what was queued before days were kept has none.
    happened_on: date | None = None
    payload: str
    status: str = DeliveryStatus.QUEUED
    attempts: int = 0
    last_status: int | None = None
    queued_at: datetime = Field(sa_type=INSTANT)
    due_at: datetime = Field(sa_type=INSTANT)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # What the council made of it, and why where it did not take it.
    outcome: str | None = None
    reason: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def lease(self, until: datetime, now: datetime) -> None:
        """Count an attempt, and keep the fact from other workers until then."""
        self.attempts += 1
        self.due_at, self.changed_at = until, now

    @property
    def known_at(self) -> datetime:
        """When the fact was queued first, however often it was since: its id begins with that (UUIDv7)."""
        return moment_of(self.id)

    @property
    def told(self) -> dict[str, Any]:
        """What the partner is told of the fact itself."""
        data: dict[str, Any] = json.loads(self.payload)["data"]
        return data

    def revive(self, now: datetime) -> None:
        """Let it be tried from the first time on; where it is fetched, as a row of today. Raises `NotGivenUp`."""
        if self.status != DeliveryStatus.DEAD or self.submission_id is not None:
            raise NotGivenUp
        self.status, self.attempts = DeliveryStatus.QUEUED, 0
        self.queued_at = self.due_at = self.changed_at = now


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
    type: str
    happened_on: date | None
    adapter: str = Adapter.WEBHOOK
    host_key: str | None = None
    # Seconds until the council may be called again, where it bears only so many calls.
    wait_seconds: float = 0.0


only_states(CouncilDelivery, "status", DeliveryStatus)
only_states(CouncilDelivery, "outcome", DeliveryOutcome)
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
Index(
    "ix_council_delivery_queued",
    col(CouncilDelivery.connection_id),
    col(CouncilDelivery.queued_at),
    col(CouncilDelivery.id),
)
Index("ix_council_delivery_connection", col(CouncilDelivery.connection_id), col(CouncilDelivery.id))
Index("ix_council_delivery_happened_on", col(CouncilDelivery.happened_on), col(CouncilDelivery.connection_id))
Index("ix_council_delivery_status", col(CouncilDelivery.status), col(CouncilDelivery.id))
