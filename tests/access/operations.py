"""Every operation of a service's OpenAPI document, as far as it says who may call it and with what."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from uuid6 import uuid7

from demo.compose import services
from services.common.auth import Persona
from services.common.settings import ServiceSettings
from tests.running import TEAM

Document = dict[str, Any]
SERVICES = services()

# What partners send is kept as it came, for somebody to look at, and is shown to nobody who lists anything.
KEPT_AS_IT_CAME = "inbound_message"
# What FHIR wants to be readable before anybody signs in.
PUBLIC = {"GET /fhir/R4/metadata"}
# Where nobody is signed in yet: OAuth's own addresses, which ask for proofs of their own (tests/identity).
PUBLIC |= {
    "GET /inside/jwks",
    "POST /inside/token",
    "POST /auth/token",
    "GET /auth/jwks",
    "GET /auth/login/{provider}",
    "GET /auth/callback",
    "POST /auth/logout",
    "POST /auth/backchannel-logout",
    "GET /fhir/R4/.well-known/smart-configuration",
}
# Where somebody comes who has no login: by a link with a code or a pass (tests/caseload/test_handover.py).
PUBLIC |= {
    "POST /open/handovers/{link}/accept",
    "POST /open/handovers/{link}/look",
    "POST /open/handovers/{link}/notes",
    "POST /open/handovers/{link}/done",
    "POST /open/summaries/{link}/open",
    "POST /open/feedback/{link}/answer",
    "POST /open/plan-copies/{link}/open",
    "POST /open/plan-copies/{link}/look",
    "POST /open/plan-copies/{link}/print",
}
# An agency looks at a client's day (tests/caseload/test_day_sheets.py).
PUBLIC |= {"GET /open/day-sheets/page", "POST /open/day-sheets/look"}
# A client looks at a visit, and asks to move it (tests/roster/visiting/test_wishes.py).
PUBLIC |= {"POST /open/visits/{link}/look", "POST /open/visits/{link}/ask-to-move"}
# A telephone reads its owner's calendar (tests/roster/visiting/test_calendars.py).
PUBLIC |= {"GET /open/calendars/{link}"}
# Whoever was given a link refers by it, with no account (tests/caseload/test_referral_links.py).
PUBLIC |= {"GET /refer/form", "POST /refer/look", "POST /refer/referrals", "POST /refer/status"}
# What a required query parameter is asked with, by its name.
ASKED = {"team_id": str(TEAM), "from_on": "2026-03-01", "to_on": "2026-03-31", "types": "a.thing.happened.v1"}
ASKED |= {"client_id": str(uuid7()), "device_id": str(uuid7()), "month_on": "2026-11-15"}
# What is said in the address of a body that is no JSON.
ASKED |= {"day": "2026-11-20", "week_of": "2026-11-20"}
ASKED |= {"id": str(uuid7()), "sha256": "0" * 64, "taken_at": "2026-11-04T10:20:00Z", "agreed_how": "in_person"}
# Of a photo in pieces (tus), from the device that began it in the world of caseload.
DEVICE = "01938000-0000-7000-8000-0000000000d1"
TUS = {"Tus-Resumable": "1.0.0", "Device-Id": DEVICE, "Upload-Offset": "0", "Upload-Length": "9", "Upload-Metadata": ""}


def said_in_header(name: str, ids: Mapping[str, str]) -> str:
    told = {"wound_id": ids.get("wound_id", str(uuid7())), "photo_id": str(uuid7()), **ASKED}
    names = ("wound_id", "photo_id", "sha256", "taken_at", "agreed_how")
    pairs = (f"{one} {b64encode(told[one].encode()).decode()}" for one in names)
    return TUS[name] or ",".join(pairs)


@dataclass(frozen=True)
class Operation:
    """One operation, with what its document says of it."""

    service: str
    name: str
    said: Document
    document: Document

    @property
    def method(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def personas(self) -> frozenset[Persona]:
        return frozenset(map(Persona, self.said.get("x-personas", [])))

    @property
    def object_ids(self) -> list[str]:
        """The path's parameters that name an object."""
        return [name for name in self._parameters("path") if name.endswith("_id")]

    def _parameters(self, where: str, *, required: bool = True) -> list[str]:
        found = self.said.get("parameters", [])
        return [one["name"] for one in found if one.get("in") == where and (one.get("required", False) or not required)]

    @property
    def query(self) -> set[str]:
        return set(self._parameters("query", required=False))

    @property
    def body(self) -> Document | None:
        """The schema of its JSON body."""
        content = self.said.get("requestBody", {}).get("content", {})
        schema: Document | None = content.get("application/json", {}).get("schema")
        return self.resolved(schema) if schema is not None else None

    @property
    def answers(self) -> list[Document]:
        """The schemas of what it answers with when it does as it was asked."""
        found = [said.get("content", {}) for status, said in self.said["responses"].items() if status < "300"]
        return [media["schema"] for content in found for media in content.values() if "schema" in media]

    def resolved(self, schema: Document) -> Document:
        name = schema.get("$ref", "").rpartition("/")[2]
        found: Document = self.document["components"]["schemas"][name] if name else schema
        return found

    def request(self, ids: Mapping[str, str], body: Any = None) -> dict[str, Any]:
        """What to send, with these ids in the path and in the query; what is not among them is not there."""
        query = {name: ids.get(name, ASKED[name]) for name in self._parameters("query")}
        query |= {name: ids[name] for name in self.query & set(ids)}
        path = {name: ids.get(name, str(uuid7())) for name in self._parameters("path")}
        headers = {"If-Match": '"1"'} if "If-Match" in self._parameters("header", required=False) else {}
        headers |= {"Idempotency-Key": str(uuid7())} if self.method == "POST" else {}
        headers |= {name: said_in_header(name, ids) for name in self._parameters("header") if name in TUS}
        return {
            "method": self.method,
            "url": self.path.format_map(path),
            "params": query,
            "headers": headers,
            **({} if body is None else {"json": body}),
        }

    def __str__(self) -> str:
        return f"{self.service} {self.name}"


@cache
def operations(name: str) -> list[Operation]:
    """Those of one service, in the order of its document."""
    service = SERVICES[name]
    document = service.app(ServiceSettings(app_env="test")).openapi()
    return [
        Operation(name, f"{method.upper()} {path}", said, document)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]


def field_names(operation: Operation, schema: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """Every field anywhere in a schema, behind its references too."""
    if isinstance(schema, list):
        return set().union(*(field_names(operation, one, seen) for one in schema))
    if not isinstance(schema, dict):
        return set()
    reference = schema.get("$ref")
    if reference is not None:
        return set() if reference in seen else field_names(operation, operation.resolved(schema), seen | {reference})
    return {*schema.get("properties", {}), *field_names(operation, list(schema.values()), seen)}
