"""What identity answers with."""

from datetime import datetime
from uuid import UUID

from services.common.types import Answer


class DeviceShape(Answer):
    """A tablet, and whether it is still signed in."""

    id: UUID
    version: int
    name: str | None
    began_at: datetime
    used_at: datetime
    ended_at: datetime | None


class SignedInDevice(Answer):
    """The first token of a device, and the secret by which it gets the next one, once."""

    device: DeviceShape
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str


class StaffAccountShape(Answer):
    """An account at a provider, and whose it is."""

    id: UUID
    version: int
    provider: str
    subject: str
    employee_id: UUID
    linked_by: str
    confirmed_by: str | None
    confirmed_at: datetime | None
    removed_at: datetime | None


class SystemShape(Answer):
    """A partner's system."""

    id: UUID
    version: int
    oauth_client_id: str
    name: str
    persona: str
    scopes: list[str]
    jwks_url: str | None
    key_thumbprints: list[str]
    registered_by: str
    confirmed_by: str | None
    confirmed_at: datetime | None
    removed_at: datetime | None
