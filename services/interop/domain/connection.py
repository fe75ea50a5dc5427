"""A connection to a partner's system: where it is, the secret that signs, and how it has been answering."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import SecretStr, ValidationInfo, field_validator
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Aggregate, only_states
from services.common.outside import may_be_asked, may_be_reached
from services.common.types import Input, Name
from services.interop.domain.adapter import (
    HOST_KEY,
    OVER_HTTP,
    SFTP,
    Adapter,
    require_fetcher,
    require_host_key,
    require_secret,
    require_url,
)
from services.interop.domain.base import Base


class AddressNotOutside(Unprocessable):
    """Facts about a person go encrypted to a host outside, or to one that ops named as a partner's inside (HSCN)."""

    field = "/body/url"
    way_out = (
        "Give an https address with a public host name, such as https://council.example/events, or have ops name the"
        " host as a partner's."
    )

    def __init__(self) -> None:
        super().__init__("This address may not be sent to.")


def require_outside(adapter: str, url: str, partner_hosts_inside: Collection[str]) -> None:
    """What the name leads to is looked at when facts are sent. Raises `AddressNotOutside`."""
    if adapter in OVER_HTTP and not may_be_asked(url, partner_hosts_inside):
        raise AddressNotOutside
    at = SFTP.fullmatch(url)
    if adapter == Adapter.SFTP and not (at and may_be_reached(at["host"], partner_hosts_inside)):
        raise AddressNotOutside


class NotSetUp(Unprocessable):
    """Files need a folder, and SFTP a key, which the installation is given and the API is not."""

    field = "/body/adapter"
    way_out = (
        "Have ops set INTEROP_COUNCIL_FOLDER for files in a folder, or INTEROP_SFTP_KEY for SFTP, or choose another"
        " adapter."
    )

    def __init__(self) -> None:
        super().__init__("This installation is not set up for this adapter.")


Url = Annotated[str, Shape(max_length=2000, pattern=r"^((https?|sftp)://[!-~]+)?$")]
Reviewer = Annotated[str, Shape(pattern=r"^[!-~]{1,255}$")]


class NewConnection(Input):
    """A council's address and the secret that signs what is sent there. The secret is never shown again.

    `calls_a_minute` is the most that the council's system bears; without it, as many as there are facts.
    """

    name: Name
    adapter: Adapter = Adapter.WEBHOOK
    url: Url = Shape(default="", validate_default=True)
    # The bearer token for a FHIR endpoint; for a webhook, what signs.
    secret: SecretStr | None = None
    host_key: Annotated[str, Shape(pattern=f"^{HOST_KEY.pattern}$")] | None = Shape(default=None, validate_default=True)
    calls_a_minute: Annotated[int, Shape(strict=True, ge=1, le=6000)] | None = None
    # The system that refers to the teams; what they answer is told here.
    refers_as: Name | None = Shape(default=None, validate_default=True)
    # The social workers of this council, as their sign-ins name them; they review what goes there and nowhere else.
    reviewers: list[Reviewer] = Shape(default=[], max_length=500)

    @field_validator("secret")
    @classmethod
    def _fits(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is not None:
            require_secret(info.data.get("adapter", Adapter.WEBHOOK), secret.get_secret_value())
        return secret

    # One field at a time, so that the refusal points at it. Beside an adapter that is none nothing more is said.
    @field_validator("url")
    @classmethod
    def _is_somewhere(cls, url: str, info: ValidationInfo) -> str:
        if "adapter" in info.data:
            require_url(info.data["adapter"], url)
        return url

    @field_validator("host_key", "refers_as")
    @classmethod
    def _suits_the_adapter(cls, given: str | None, info: ValidationInfo) -> str | None:
        if "adapter" in info.data:
            require = require_host_key if info.field_name == "host_key" else require_fetcher
            require(info.data["adapter"], given)
        return given


class SecretRequired(Unprocessable):
    """Without a secret the council could not tell our messages from anybody's."""

    field = "/body/secret"
    way_out = "Send a secret of whsec_ and 24 to 64 random bytes in base64, agreed with the council."

    def __init__(self) -> None:
        super().__init__("A new connection needs its secret.")


class FetchedForAnother(Conflict):
    """Of two connections that one system fetches for, its sign-in would not tell which file it is to have."""

    field = "/body/refers_as"
    way_out = (
        "Name a system of this connection's own, or first give the connection that has this one another: it is in"
        " GET /interop/v1/connections."
    )

    def __init__(self) -> None:
        super().__init__("This system fetches the file of each day for another connection already.")


class Connection(Aggregate, Base, table=True):
    """One partner's system, and how it has been answering. `proved_at` is when its address echoed a challenge."""

    name: str
    adapter: str = Adapter.WEBHOOK
    url: str
    secret: str = Field(repr=False)
    host_key: str | None = None
    calls_a_minute: int | None = None
    # Where there is a limit, the moment before which it is not called again.
    next_call_at: datetime | None = Field(default=None, sa_type=INSTANT)
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
        if new.secret is None and new.adapter in OVER_HTTP:
            raise SecretRequired
        secret = "" if new.secret is None else new.secret.get_secret_value()
        told = new.model_dump(exclude={"secret"})
        return cls(id=connection_id, **told, secret=secret, proved_at=_proved(new.adapter, now), changed_at=now)

    def change(self, new: NewConnection, now: datetime) -> None:
        """Take what is new, and open a connection that its partner had closed; an open one stays if nothing is new.

        Raises `SecretRequired` where another adapter needs another.
        """
        is_another = self.adapter != new.adapter
        if is_another and new.secret is None and new.adapter in OVER_HTTP:
            raise SecretRequired
        kept = "" if is_another else self.secret
        told = new.model_dump(exclude={"secret"})
        told["secret"] = kept if new.secret is None else new.secret.get_secret_value()
        if self.disabled_at is None and all(getattr(self, name) == value for name, value in told.items()):
            return
        if is_another or self.url != new.url:
            self.proved_at = _proved(new.adapter, now)
        for name, value in told.items():
            setattr(self, name, value)
        self.disabled_at, self.next_call_at, self.failures, self.changed_at = None, None, 0, now

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


def _proved(adapter: Adapter, now: datetime) -> datetime | None:
    """Only a webhook echoes; a host key, a token and a folder of the house's own prove themselves."""
    return None if adapter is Adapter.WEBHOOK else now


only_states(Connection, "adapter", Adapter)
