"""A connection to a partner's system: where it is, the secret that signs, and how it has been answering."""

import base64
import binascii
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, SecretStr
from pydantic import Field as Shape
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.errors import Unprocessable
from services.common.models import INSTANT, Aggregate
from services.common.outside import may_be_asked
from services.common.types import Input, Name
from services.interop.domain.base import Base

# Standard Webhooks 1.0.0: a symmetric secret is 24 to 64 random bytes.
SECRET_BYTES = range(24, 65)
SECRET_PREFIX = "whsec_"  # noqa: S105  the prefix that every such secret has


def _secret(value: SecretStr) -> SecretStr:
    text_of = value.get_secret_value()
    try:
        key = base64.b64decode(text_of.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be whsec_ and the secret in base64") from error
    if not text_of.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
        raise ValueError("must be whsec_ and 24 to 64 random bytes in base64")
    return value


class AddressNotOutside(Unprocessable):
    """Facts about a person go encrypted to a host outside, or to one that ops named as a partner's inside (HSCN)."""

    field = "/body/url"
    way_out = (
        "Give an https address with a public host name, such as https://council.example/events, or have ops name the"
        " host as a partner's."
    )

    def __init__(self) -> None:
        super().__init__("This address may not be sent to.")


def require_outside(url: str, partner_hosts_inside: Collection[str]) -> None:
    """What the name leads to is looked at when facts are sent. Raises `AddressNotOutside`."""
    if not may_be_asked(url, partner_hosts_inside):
        raise AddressNotOutside


Url = Annotated[str, Shape(max_length=2000, pattern=r"^https?://[!-~]+$")]
Reviewer = Annotated[str, Shape(pattern=r"^[!-~]{1,255}$")]
WebhookSecret = Annotated[SecretStr, AfterValidator(_secret)]


class NewConnection(Input):
    """A council's address and the secret that signs what is sent there. The secret is never shown again."""

    name: Name
    url: Url
    secret: WebhookSecret | None = None
    # The system that refers to the teams; what they answer is told here.
    refers_as: Name | None = None
    # The social workers of this council, as their sign-ins name them; they review what goes there and nowhere else.
    reviewers: list[Reviewer] = Shape(default=[], max_length=500)


class SecretRequired(Unprocessable):
    """Without a secret the council could not tell our messages from anybody's."""

    field = "/body/secret"
    way_out = "Send a secret of whsec_ and 24 to 64 random bytes in base64, agreed with the council."

    def __init__(self) -> None:
        super().__init__("A new connection needs its secret.")


class Connection(Aggregate, Base, table=True):
    """One partner's system, and how it has been answering. `proved_at` is when its address echoed a challenge."""

    name: str
    url: str
    secret: str = Field(repr=False)
    refers_as: str | None = None
    reviewers: list[str] = Field(default=[], sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    disabled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    proved_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_success_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_failure_at: datetime | None = Field(default=None, sa_type=INSTANT)
    failures: int = 0

    @classmethod
    def registered(cls, connection_id: UUID, new: NewConnection, now: datetime) -> Self:
        """Raises `SecretRequired`."""
        if new.secret is None:
            raise SecretRequired
        told = new.model_dump(exclude={"secret"})
        return cls(id=connection_id, **told, secret=new.secret.get_secret_value(), changed_at=now)

    def change(self, new: NewConnection, now: datetime) -> None:
        """Take what is new, and open a connection that its partner had closed; an open one stays if nothing is new."""
        secret = self.secret if new.secret is None else new.secret.get_secret_value()
        told = (new.name, new.url, secret, new.refers_as, new.reviewers)
        known = (self.name, self.url, self.secret, self.refers_as, self.reviewers)
        if self.disabled_at is None and known == told:
            return
        if self.url != new.url:
            self.proved_at = None
        self.name, self.url, self.secret, self.refers_as, self.reviewers = told
        self.disabled_at, self.failures, self.changed_at = None, 0, now

    @property
    def state(self) -> str:
        if self.disabled_at is not None:
            return "disabled"
        if self.failures:
            return "unproved" if self.proved_at is None else "failing"
        return "unused" if self.proved_at is None or self.last_success_at is None else "working"

    @property
    def address(self) -> str:
        """The address without its query, which some systems use for a key."""
        return self.url.partition("?")[0]
