"""The routing table, kept as data: which path leads to which service."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """One prefix and its service. `/caseload/v1/clients` arrives as `/v1/clients`; `/fhir/R4/Patient` arrives whole."""

    prefix: str
    service: str
    strip: bool = True
    documented: bool = True

    @property
    def path(self) -> str:
        """What logs and metrics call a request that went this way."""
        return self.prefix

    def matches(self, path: str) -> bool:
        return path == self.prefix or path.startswith(f"{self.prefix}/")

    def upstream_path(self, path: str) -> str:
        return path.removeprefix(self.prefix) or "/" if self.strip else path


SERVICES = ("caseload", "roster", "hr", "finance", "governance", "interop")
ROUTES: tuple[Route, ...] = (
    *(Route(f"/{service}", service) for service in SERVICES),
    Route("/fhir", "interop", strip=False, documented=False),
)


def find(routes: Sequence[Route], path: str) -> Route | None:
    return next((route for route in routes if route.matches(path)), None)
