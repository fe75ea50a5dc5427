"""Push: a person's device that is woken when there is an alert (Web Push, RFC 8030), told no more than its id."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator
from pydantic import Field as Shape
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Aggregate, Stored
from services.common.outside import may_be_asked
from services.common.types import Input, NewId

SECRET_BYTES = 16
# The wait before each try; what nobody took by then comes too late.
RETRY_AFTER = (timedelta(0), timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=10))


def in_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _point(value: str) -> str:
    """A point of the curve P-256, uncompressed (RFC 8291, section 3.2)."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(value))
    except (ValueError, binascii.Error) as error:
        raise ValueError("must be a P-256 public key in base64url, as the browser gives it") from error
    return value


def _secret(value: str) -> str:
    try:
        is_whole = len(from_base64url(value)) == SECRET_BYTES
    except (ValueError, binascii.Error) as error:
        raise ValueError("must be base64url") from error
    if not is_whole:
        raise ValueError(f"must be {SECRET_BYTES} bytes in base64url, as the browser gives it")
    return value


class PushKeys(Input):
    """What the browser made for this subscription, by the names of the Push API."""

    p256dh: Annotated[str, Shape(max_length=120), AfterValidator(_point)]
    auth: Annotated[str, Shape(max_length=40), AfterValidator(_secret)]


class NewPushSubscription(Input):
    """One device of the caller's, as `PushSubscription.toJSON()` gives it, and an id."""

    id: NewId
    endpoint: Annotated[str, Shape(max_length=2000, pattern=r"^https?://[!-~]+$")]
    keys: PushKeys


class EndpointNotOutside(Unprocessable):
    field = "/body/endpoint"
    way_out = "Send the endpoint as the browser gave it; it is an https address with a public host name."

    def __init__(self) -> None:
        super().__init__("This address may not be sent to.")


class EndpointTaken(Conflict):
    """A shared tablet wakes whoever is signed in to it, and nobody else."""

    field = "/body/endpoint"
    way_out = "Unsubscribe in the browser and subscribe again, so that this device gets an address for you alone."

    def __init__(self) -> None:
        super().__init__("This device is subscribed already.")


class PushSubscription(Aggregate, Base, table=True):
    """A device of one person's. It is theirs alone, whichever teams they belong to."""

    employee_id: UUID = Field(index=True)
    endpoint: str
    p256dh: str
    auth: str
    subscribed_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def subscribed(
        cls, new: NewPushSubscription, employee_id: UUID, hosts_inside: Collection[str], now: datetime
    ) -> Self:
        """Raises `EndpointNotOutside`."""
        if not may_be_asked(new.endpoint, hosts_inside):
            raise EndpointNotOutside
        keys = new.keys.model_dump()
        return cls(id=new.id, employee_id=employee_id, endpoint=new.endpoint, **keys, subscribed_at=now, changed_at=now)

    def end(self, now: datetime) -> None:
        self.ended_at, self.changed_at = self.ended_at or now, now


class PushMessage(Stored, Base, table=True):
    """One alert on its way to one device."""

    alert_id: UUID = Field(foreign_key="alert.id", index=True)
    push_subscription_id: UUID = Field(foreign_key="push_subscription.id", index=True)
    # When it is tried next. None for what arrived, or is tried no more.
    due_at: datetime | None = Field(sa_type=INSTANT)
    attempts: int = 0


@dataclass(frozen=True)
class Push:
    """What goes to which device: the kind of the alert and its id, nothing about anybody."""

    message_id: UUID
    subscription_id: UUID
    endpoint: str
    p256dh: str
    auth: str
    alert_id: UUID
    kind: str
    attempts: int


Index(
    "one_subscription_of_each_device",
    col(PushSubscription.endpoint),
    unique=True,
    postgresql_where=text("ended_at is null"),
)
Index("ix_push_message_due", col(PushMessage.due_at), postgresql_where=text("due_at is not null"))
