"""The gateway's settings: `GATEWAY_…` in its environment."""

from typing import Self

from pydantic import Field, IPvAnyNetwork, field_validator, model_validator
from yarl import URL

from gateway.addresses import Networks
from gateway.guarded import Bounds
from gateway.rates import Rate
from gateway.routes import ROUTES, Route
from services.common.settings import ServiceSettings

DEVELOPMENT = ("/dev", "issuer")


class GatewaySettings(ServiceSettings):
    """`GATEWAY_MORE_ROUTES='{"/dev": "issuer"}'` adds rows to the table; such paths arrive whole."""

    more_routes: dict[str, str] = {}
    # One service's slowness must not take the connections, or the callers' time, that the others need.
    connections_per_service: int = 50
    connect_seconds: float = 3
    silence_seconds: float = 30

    # Whose X-Forwarded-For and X-Forwarded-Proto are believed: the ingress's own addresses, and nobody's by default.
    ingress: list[IPvAnyNetwork] = []
    # Longer than the ingress keeps its own connections, where there is one.
    keep_alive_seconds: int = Field(default=5, gt=0)
    connections: int = Field(default=4096, gt=0)
    connections_per_address: int = Field(default=512, gt=0)
    # An office, or everybody on a mobile network, may share an address.
    address_per_second: float = Field(default=500, gt=0)
    address_burst: int = Field(default=1000, gt=0)
    user_per_second: float = Field(default=50, gt=0)
    user_burst: int = Field(default=200, gt=0)
    # By a link and a code somebody comes who is not known: a few times a night, or guessing.
    link_per_second: float = Field(default=1, gt=0)
    link_burst: int = Field(default=20, gt=0)
    # Web pages of these origins may call, such as `https://rota.example.nhs.uk`; no others.
    allowed_origins: list[str] = []

    @field_validator("allowed_origins")
    @classmethod
    def _exact(cls, origins: list[str]) -> list[str]:
        for origin in origins:
            is_web = origin.startswith(("https://", "http://")) and "*" not in origin
            if not is_web or str(URL(origin).origin()) != origin:
                raise ValueError(f"{origin!r} is no origin: give its scheme, host and port, and nothing else")
        return origins

    @model_validator(mode="after")
    def _no_development_routes_in_production(self) -> Self:
        named = {part for row in self.more_routes.items() for part in row}
        if self.app_env == "production" and named & set(DEVELOPMENT):
            raise ValueError("CONFIG_DEV_ISSUER_IN_PRODUCTION: take it out of GATEWAY_MORE_ROUTES")
        return self

    def routes(self) -> tuple[Route, ...]:
        return (*ROUTES, *(Route(prefix, service, is_open=True) for prefix, service in self.more_routes.items()))

    def rates(self) -> dict[str, Rate]:
        return {
            "per_address": Rate(self.address_per_second, self.address_burst),
            "per_user": Rate(self.user_per_second, self.user_burst),
            "by_link": Rate(self.link_per_second, self.link_burst),
        }

    def bounds(self) -> Bounds:
        return Bounds(
            connections=self.connections,
            connections_per_address=self.connections_per_address,
            ingress=Networks(self.ingress),
        )
