"""A subscription: which changes of the record a system is told of, where, and how far it has been told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Unprocessable
from services.common.models import INSTANT, Aggregate, Stored, only_states
from services.interop.domain.base import Base

NOT_TAKEN = "The endpoint took no notification in as many attempts as are made. PUT it anew, or DELETE it."
NOT_UNDERSTOOD = "The criteria is no search here any more. PUT one that is, or DELETE this."


class SubscriptionStatus(StrEnum):
    REQUESTED = "requested"
    ACTIVE = "active"
    ERROR = "error"
    OFF = "off"


class Told(StrEnum):
    """What a notification is for."""

    HANDSHAKE = "handshake"
    HEARTBEAT = "heartbeat"
    EVENTS = "event-notification"


class TooManySubscriptions(Unprocessable):
    field = "/body"
    way_out = "DELETE a subscription that is not needed, or have one criteria say more."

    def __init__(self) -> None:
        super().__init__("This system has as many subscriptions as it may have.")


class EndsTooLate(Unprocessable):
    field = "/body/end"
    way_out = "Give an end that is to come, no later than the rule subscription.longest allows, or leave it out."

    def __init__(self) -> None:
        super().__init__("A subscription does not last so long.")


@dataclass(frozen=True)
class NewSubscription:
    """What a system wants to be told of. Without a topic it is told by an empty message that something changed."""

    resource_type: str
    criteria: str
    reason: str
    endpoint: str
    is_of_topic: bool
    shows_ids: bool
    base: str
    headers: list[str] = field(default_factory=list, repr=False)
    heartbeat_seconds: int | None = None


class Subscription(Aggregate, Base, table=True):
    """Of its `events` so many were `sent`. `due_at` is when the next attempt, or heartbeat, is made."""

    requested_by: str
    resource_type: str
    criteria: str
    reason: str
    endpoint: str
    is_of_topic: bool
    shows_ids: bool
    base: str
    headers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False), repr=False)
    heartbeat_seconds: int | None = None
    ends_at: datetime = Field(sa_type=INSTANT)
    status: str = SubscriptionStatus.REQUESTED
    error: str | None = None
    events: int = 0
    sent: int = 0
    attempts: int = 0
    due_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def asked(cls, new: NewSubscription, by: str, now: datetime, ends_at: datetime) -> Self:
        """Its address has yet to take a handshake."""
        return cls(**vars(new), requested_by=by, ends_at=ends_at, due_at=now, changed_at=now)

    def ask_anew(self, new: NewSubscription, now: datetime, ends_at: datetime) -> None:
        """Its address has to take a handshake again. What it was not told of yet it is told after that."""
        for name, value in vars(new).items():
            setattr(self, name, value)
        self.status, self.error, self.attempts = SubscriptionStatus.REQUESTED, None, 0
        self.ends_at, self.due_at, self.changed_at = ends_at, now, now

    def happened(self, count: int, now: datetime) -> None:
        """So many more events. While an attempt is on its way or to be repeated, they wait for it."""
        self.events, self.changed_at = self.events + count, now
        if not self.attempts:
            self.due_at = now

    def lease(self, now: datetime, until: datetime) -> Told:
        """Count an attempt, keep it from other workers until then, and say what it is for."""
        self.attempts, self.due_at, self.changed_at = self.attempts + 1, until, now
        if self.status == SubscriptionStatus.REQUESTED:
            return Told.HANDSHAKE
        return Told.EVENTS if self.events > self.sent else Told.HEARTBEAT

    def awaits(self, notice: "Notice") -> bool:
        """Whether it was not asked anew while this was on its way: a new address takes a handshake of its own."""
        is_shaking = self.status == SubscriptionStatus.REQUESTED
        return self.endpoint == notice.endpoint and (notice.told is Told.HANDSHAKE or not is_shaking)

    def took(self, told: Told, last: int, now: datetime) -> None:
        """The endpoint answered well."""
        self.status, self.attempts, self.changed_at = SubscriptionStatus.ACTIVE, 0, now
        if told is Told.EVENTS:
            self.sent = max(self.sent, last)
        beat = timedelta(seconds=self.heartbeat_seconds) if self.heartbeat_seconds else None
        self.due_at = now if self.events > self.sent else now + beat if beat else None

    def refused(self, schedule: Sequence[timedelta], now: datetime) -> None:
        """Try again later, or never more after the last attempt."""
        self.changed_at = now
        if self.attempts < len(schedule):
            self.due_at = now + schedule[self.attempts]
        else:
            self.given_up(now, NOT_TAKEN)

    def given_up(self, now: datetime, why: str = NOT_UNDERSTOOD) -> None:
        """Nothing more is told; the subscriber asks anew."""
        self.changed_at, self.status, self.error, self.due_at = now, SubscriptionStatus.ERROR, why, None

    def state(self, now: datetime) -> str:
        """As FHIR codes it; what has ended is off."""
        return SubscriptionStatus.OFF if self.ends_at <= now else self.status


class SubscriptionEvent(Stored, Base, table=True):
    """One change that a subscription tells of, by number: which resource, and nothing of what is in it."""

    team_id: UUID
    subscription_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False)
    )
    number: int
    resource_type: str
    resource_id: UUID
    resource_version: int
    happened_at: datetime = Field(sa_type=INSTANT)


class ResourceChange(Stored, Base, table=True):
    """A new version that subscriptions have not been held against yet; a trigger queues it (migration 13)."""

    team_id: UUID
    resource_type: str
    resource_id: UUID
    resource_version: int
    happened_at: datetime = Field(sa_type=INSTANT)


@dataclass(frozen=True)
class Notice:
    """One message on its way to an endpoint."""

    subscription_id: UUID
    told: Told
    endpoint: str
    headers: list[str] = field(repr=False)
    body: bytes
    last: int


only_states(Subscription, "status", SubscriptionStatus)
SubscriptionEvent.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("subscription_id", "number", name="one_event_per_number")
)
Index("ix_subscription_requested_by", col(Subscription.requested_by), col(Subscription.id))
Index("ix_subscription_due_at", col(Subscription.due_at))
Index("ix_subscription_status", col(Subscription.status), col(Subscription.resource_type))
Index("ix_subscription_event_team", col(SubscriptionEvent.team_id), col(SubscriptionEvent.id))
Index("ix_subscription_event_happened_at", col(SubscriptionEvent.happened_at))
Index("ix_resource_change_team", col(ResourceChange.team_id), col(ResourceChange.id))
Index("ix_resource_change_happened_at", col(ResourceChange.happened_at))
