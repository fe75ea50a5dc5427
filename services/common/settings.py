"""Settings every service has, read from the environment under the service's own prefix."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from yarl import URL

# Files with the names of settings, as an orchestrator mounts secrets.
SECRETS = Path("/run/secrets")


def _shared(name: str) -> AliasChoices:
    """A setting that is the same for every process of an installation, so it has one name for all of them."""
    return AliasChoices(name, f"HEATSHIELD_{name.upper()}")


class ServiceSettings(BaseSettings):
    """One process's settings. `CASELOAD_DATABASE_URL` is caseload's own; `HEATSHIELD_*` are shared by all.

    Unset `app_env` means production, so that a forgotten variable fails closed.
    """

    # What does not fit may be a secret in the wrong place.
    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", hide_input_in_errors=True)

    # It holds a password, and settings are shown where what has them is, such as in the log of a call tried again.
    database_url: str = Field(default="postgresql+asyncpg://127.0.0.1:5432/postgres", repr=False)
    # For `prepare` and `maintain` alone: the role that owns and migrates the tables. Where it is empty, the service's
    # own role does.
    owner_database_url: str = Field(default="", repr=False)
    # A copy that reports are read from, signed in by a role that may only read; where it is empty, the database itself.
    read_database_url: str = Field(default="", repr=False)
    database_pool_size: int = 10
    # The private key by which this process proves at identity which one it is, in PEM.
    client_key: str = Field(default="", repr=False)
    # With a password of its own a service signs in at the broker under its own name, and may do no more than it needs.
    broker_password: str = Field(default="", repr=False)

    app_env: Literal["production", "demo", "test"] = Field(default="production", validation_alias=_shared("app_env"))
    # One address, or several with commas between them: the nodes of a cluster.
    broker_url: str = Field(default="amqp://127.0.0.1:5672/", validation_alias=_shared("broker_url"), repr=False)
    # Whose tokens hold between the processes: identity's, by the name that it signs with.
    issuer: str = Field(default="https://identity.heatshield.internal", validation_alias=_shared("issuer"))
    # Partners' hosts that are reached although their address is not public, such as those on HSCN.
    partner_hosts_inside: list[str] = Field(default_factory=list, validation_alias=_shared("partner_hosts_inside"))
    peers: dict[str, str] = Field(default_factory=dict, validation_alias=_shared("peers"))

    # For how long a process that is told to end serves on, so that whoever sends requests here can hear of it.
    drain_seconds: float = Field(default=5, ge=0, le=60, validation_alias=_shared("drain_seconds"))

    @classmethod
    def for_service(cls, name: str) -> Self:
        return cls(_env_prefix=f"{name.upper()}_", _secrets_dir=SECRETS if SECRETS.is_dir() else None)

    @property
    def owner_url(self) -> str:
        """Of whoever owns the tables, as migrations and months need it."""
        return self.owner_database_url or self.database_url

    def broker_urls(self, user: str) -> list[str]:
        """The broker's addresses, for this user where it has a password of its own."""
        urls = [URL(url.strip()) for url in self.broker_url.split(",")]
        if self.broker_password:
            urls = [url.with_user(user).with_password(self.broker_password) for url in urls]
        return [str(url) for url in urls]

    def shared_broker_login(self) -> str:
        """The user whom all services share at the broker; empty where each has its own."""
        return "" if self.broker_password else URL(self.broker_url.split(",")[0].strip()).user or "guest"

    def peer_url(self, service: str) -> str:
        """Where another service lives: its own name, unless told otherwise."""
        return self.peers.get(service, f"http://{service}:8000")
