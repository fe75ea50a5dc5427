"""A sign-in that we keep: of a browser by its cookie, or of a tablet by its device. It ends in one place, for all."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.auth import Persona
from services.common.errors import Conflict, Forbidden
from services.common.models import INSTANT, Aggregate, only_states
from services.common.types import Input, Name
from services.identity.domain.base import Base
from services.identity.domain.internal_token import Bearer

# NIST SP 800-63B at AAL2, to which CIS2 points for advice on sessions: a shift, and a quarter of an hour idle.
SHIFT = timedelta(hours=12)
IDLE = timedelta(minutes=15)
# A tablet in a village without signal renews late.
IDLE_DEVICE = SHIFT
SECRET_BYTES = 32


class SignInKind(StrEnum):
    BROWSER = "browser"
    DEVICE = "device"


class NewDevice(Input):
    """What its owner calls it, so that it can be told from others when it is lost."""

    name: Name


class SignInEnded(Conflict):
    """A sign-in ends once."""

    field = "/path/device_id"
    way_out = "Read the device to see when it ended. To use it again, sign in on it."

    def __init__(self) -> None:
        super().__init__("This device was signed out already.")


class SignInNotFresh(Forbidden):
    """A tablet that was enrolled enrols no other, or a lost one would go on for ever; nor does a service in passing."""

    way_out = "Sign in at your provider on this tablet, and send that token."

    def __init__(self) -> None:
        super().__init__("This sign-in was not made at a provider.")


def fingerprint(secret: str) -> str:
    """What is kept of a secret, so that nobody who reads the table can use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SignIn(Aggregate, Base, table=True):
    """Who signed in, at which provider, on what, and until when it holds."""

    kind: str
    name: str | None = None
    issuer: str
    issuer_session: str | None = None
    subject: str
    persona: str
    assurance: str | None = None
    began_at: datetime = Field(sa_type=INSTANT)
    # When the provider last saw the person, where it says so.
    authenticated_at: datetime | None = Field(default=None, sa_type=INSTANT)
    used_at: datetime = Field(sa_type=INSTANT)
    secret: str = Field(repr=False)
    # The one before: who shows it has a copy, and the sign-in ends for both.
    secret_before: str | None = Field(default=None, repr=False)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def begun(
        cls, kind: SignInKind, bearer: Bearer, issuer: str, now: datetime, name: str | None = None
    ) -> tuple[Self, str]:
        """The sign-in, and the secret by which it is known from now on."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        made = cls(
            kind=kind,
            name=name,
            issuer=issuer,
            issuer_session=bearer.session,
            subject=bearer.subject,
            persona=str(bearer.persona),
            assurance=bearer.assurance,
            began_at=now,
            authenticated_at=None if bearer.signed_in_at is None else datetime.fromtimestamp(bearer.signed_in_at, UTC),
            used_at=now,
            secret=fingerprint(secret),
            changed_at=now,
        )
        return made, secret

    def holds(self, now: datetime) -> bool:
        idle = IDLE_DEVICE if self.kind == SignInKind.DEVICE else IDLE
        return self.ended_at is None and now < self.began_at + SHIFT and now < self.used_at + idle

    def used(self, now: datetime) -> None:
        self.used_at = self.changed_at = now

    def renewed(self, now: datetime) -> str:
        """A new secret in the place of the one that was shown (RFC 9700, 4.14.2)."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self.secret_before, self.secret = self.secret, fingerprint(secret)
        self.used(now)
        return secret

    def was_replaced(self, secret: str) -> bool:
        """Whether this is the secret before the present one, of which there should be no copy."""
        return fingerprint(secret) == self.secret_before

    def end(self, now: datetime) -> None:
        """Raises `SignInEnded`."""
        if self.ended_at is not None:
            raise SignInEnded
        self.ended_at = self.changed_at = now

    def bearer(self) -> Bearer:
        return Bearer(
            subject=self.subject,
            persona=Persona(self.persona),
            client_id=self.kind,
            session=str(self.id),
            assurance=self.assurance,
            signed_in_at=None if self.authenticated_at is None else int(self.authenticated_at.timestamp()),
            until=int((self.began_at + SHIFT).timestamp()),
        )


only_states(SignIn, "kind", SignInKind)
Index("ix_sign_in_secret", col(SignIn.secret))
Index("ix_sign_in_secret_before", col(SignIn.secret_before))
Index("ix_sign_in_subject", col(SignIn.subject), col(SignIn.id))
Index("ix_sign_in_issuer_session", col(SignIn.issuer), col(SignIn.issuer_session))
