"""The routing table, kept as data: which path leads to which service."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """A path, and the service that gets it and all below it, after `stripped` is taken off its front."""

    prefix: str
    service: str
    stripped: str = ""
    # Whoever comes here is not signed in yet, or proves who they are in the service's own way.
    is_open: bool = False
    # Whoever comes here holds a link and a code: they are read no cookie, and may try less often than others.
    is_by_link: bool = False

    @property
    def path(self) -> str:
        """What logs and metrics call a request that went this way."""
        return self.prefix

    def matches(self, path: str) -> bool:
        return path == self.prefix or path.startswith(f"{self.prefix}/")

    def upstream_path(self, path: str) -> str:
        return path.removeprefix(self.stripped)


SERVICES = ("caseload", "roster", "hr", "finance", "governance", "interop", "identity")
# `/caseload/v1/clients` arrives as `/v1/clients`, `/fhir/R4/Patient` whole. A service's health, figures and documents
# are its own: no row leads to them.
ROUTES: tuple[Route, ...] = (
    *(Route(f"/{service}/v1", service, stripped=f"/{service}") for service in SERVICES),
    Route("/fhir/R4/.well-known/smart-configuration", "identity", is_open=True),
    Route("/auth", "identity", is_open=True),
    Route("/caseload/open", "caseload", stripped="/caseload", is_open=True, is_by_link=True),
    Route("/roster/open", "roster", stripped="/roster", is_open=True, is_by_link=True),
    # Whoever was given a link refers by it, with no account.
    Route("/refer", "caseload", is_open=True, is_by_link=True),
    Route("/fhir", "interop"),
)


# Where a file is taken as it is, which may be larger than any other body (ADR 27), and where one comes in pieces over
# whatever line there is (tus 1.0, ADR 29).
FILES = re.compile(rb"/caseload/v1/wounds/[0-9A-Fa-f-]{36}/photos(?:\?|$)")
UPLOADS = re.compile(rb"/caseload/v1/uploads(?:/[0-9A-Fa-f-]{36})?(?:\?|$)")
# Where a tablet sends its queue, up to 1 MiB at once over the same line (ADR 28).
PUSH = re.compile(rb"/caseload/v1/sync/push(?:\?|$)")


def takes_pieces(address: bytes) -> bool:
    return UPLOADS.match(address) is not None


def comes_slowly(address: bytes) -> bool:
    """Whether a body is waited for here as long as the slowest line of a tablet needs for it."""
    return takes_pieces(address) or PUSH.match(address) is not None


def takes_file(method: bytes, address: bytes) -> bool:
    if takes_pieces(address):
        return method in (b"POST", b"PATCH")
    return method == b"POST" and FILES.match(address) is not None


def find(routes: Sequence[Route], path: str) -> Route | None:
    return next((route for route in routes if route.matches(path)), None)
