"""A partner's system that may get tokens of its own: registered once, known by its public keys."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field as Shaped
from pydantic import model_validator
from sqlalchemy import Column, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.common.auth import Persona
from services.common.errors import Unprocessable
from services.common.keys import public_keys
from services.common.models import Aggregate, only_states
from services.common.types import Input, Name, NewId
from services.identity.domain.base import Base
from services.identity.domain.four_eyes import FourEyes
from services.identity.domain.oauth import InvalidScope
from services.identity.domain.scope import normal

# Systems are partners; people sign in at their provider.
SYSTEMS = (Persona.INTEGRATOR, Persona.COUNCIL)
OAuthClientId = Annotated[str, Shaped(pattern=r"^[a-z0-9][a-z0-9._-]{2,63}$")]
HttpsUrl = Annotated[str, Shaped(pattern=r"^https://[!-~]{1,2000}$")]


class UnknownScope(Unprocessable):
    field = "/body/scopes"
    way_out = "Give scopes of SMART App Launch 2, such as system/Patient.rs, or others such as socialcare.events:read."

    def __init__(self) -> None:
        super().__init__("One of these is no scope.")


class KeysNeeded(Unprocessable):
    """A system is known by its keys, and by nothing that could be overheard."""

    field = "/body/jwks"
    way_out = "Send either jwks with public keys that have names (kid), or the jwks_url at which they are published."

    def __init__(self) -> None:
        super().__init__("The public keys are missing, given twice, or are not public keys.")


Member = Annotated[str, Shaped(min_length=1, max_length=2000, pattern="^[!-~]+$")]


class PublicKey(Input):
    """An RSA or an elliptic-curve key (RFC 7518, 6), and no member that would tell its secret."""

    kty: Member
    kid: Member
    use: Member | None = None
    alg: Member | None = None
    crv: Member | None = None
    x: Member | None = None
    y: Member | None = None
    n: Member | None = None
    e: Member | None = None


class PublicKeys(Input):
    keys: Annotated[list[PublicKey], Shaped(min_length=1, max_length=10)]


class NewSystem(Input):
    """Where and with which keys a partner's system signs, and what it was agreed to reach."""

    id: NewId
    oauth_client_id: OAuthClientId
    name: Name
    persona: Persona
    scopes: Annotated[list[Annotated[str, Shaped(max_length=140)]], Shaped(min_length=1, max_length=50)]
    jwks: PublicKeys | None = None
    jwks_url: HttpsUrl | None = None

    @model_validator(mode="after")
    def _is_a_system(self) -> Self:
        if self.persona not in SYSTEMS:
            raise ValueError("persona must be integrator or council")
        return self


class RegisteredSystem(FourEyes, Aggregate, Base, table=True):
    """A system, and whether it may still get tokens."""

    named_at: ClassVar[str] = "/path/system_id"

    oauth_client_id: str
    name: str
    persona: str
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    jwks: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    jwks_url: str | None = None
    registered_by: str

    @classmethod
    def registered(cls, new: NewSystem, by: str, now: datetime) -> Self:
        """Raises `UnknownScope` or `KeysNeeded`."""
        try:
            scopes = [normal(scope) for scope in new.scopes]
        except InvalidScope as error:
            raise UnknownScope from error
        if (new.jwks is None) == (new.jwks_url is None):
            raise KeysNeeded
        if new.jwks is not None:
            _require_public(new.jwks)
        told = new.model_dump(exclude={"scopes"}, exclude_none=True)
        return cls(**told, scopes=scopes, registered_by=by, changed_at=now)

    @property
    def key_thumbprints(self) -> list[str]:
        """By which two people compare keys without reading them out (RFC 7638)."""
        return [key.thumbprint() for key in public_keys(self.jwks).keys] if self.jwks else []

    def confirm(self, by: str, now: datetime) -> None:
        """It may get tokens. Raises `NotWaiting` or `SecondPersonNeeded`."""
        self.confirmed(by, now, by_none_of={self.registered_by})
        self.changed_at = now

    def remove(self, now: datetime) -> None:
        """It gets no token any more."""
        self.removed_at = self.removed_at or now
        self.changed_at = now


def _require_public(jwks: PublicKeys) -> None:
    """Raises `KeysNeeded` where one of them is no public key, or of a kind that is not understood."""
    try:
        understood = public_keys(jwks.model_dump(exclude_none=True)).keys
    except (ValueError, KeyError, TypeError) as error:
        raise KeysNeeded from error
    if len(understood) != len(jwks.keys):
        raise KeysNeeded


only_states(RegisteredSystem, "persona", Persona)
_table: Table = RegisteredSystem.__table__  # type: ignore[attr-defined]
_table.append_constraint(UniqueConstraint("oauth_client_id", name="registered_system_id_once"))
