"""A BaRS message, read from its bytes: strictly as JSON, exactly as FHIR R4, then by the rules of the standard."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.common import body
from services.common.errors import UnstorableValue
from services.common.outcome import Issue
from services.interop.domain.bars_exchange import MessageReason
from services.interop.domain.inbound import Arrival, MessageKind
from services.interop.fhir import structure
from services.interop.fhir.systems import DOS_SERVICE
from services.interop.partners.bars import refusals

EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
CATEGORIES = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
USE_CASES = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
REQUEST, RESPONSE = "servicerequest-request", "servicerequest-response"
MESSAGE_DEFINITIONS = (
    "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral",
    "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-validation",
    "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled",
)
SUPPORTED_VERSION = re.compile(r"1\.\d{1,3}\.\d{1,3}(-[a-z]{1,10})?")
WITHDRAWN = {"revoked", "entered-in-error"}
LONGEST_NAME = 200
MEDIA_TYPES = {"application/fhir+json", "application/json"}


@dataclass(frozen=True)
class Entry:
    """One resource of the message, and where it stands."""

    position: int
    url: str
    resource: dict[str, Any]

    @property
    def at(self) -> str:
        return f"Bundle.entry[{self.position}].resource"

    def is_a(self, resource_type: str) -> bool:
        return bool(self.resource["resourceType"] == resource_type)


@dataclass(frozen=True)
class Message:
    """A message that is FHIR and has a header. Its parts are found by their references."""

    bundle: dict[str, Any]
    entries: list[Entry]
    header: Entry
    by_reference: dict[str, Entry] = field(repr=False)

    @property
    def reason(self) -> MessageReason:
        """Whether it is new, changes what was asked, or takes it back."""
        return MessageReason(codes(self.header.resource.get("reason"), REASONS)[0])

    @property
    def source(self) -> str:
        """The service that sends, by system and value."""
        return str(self.header.resource["source"]["endpoint"])

    def follow(self, reference: dict[str, Any] | None) -> Entry | None:
        """What a Reference of the message leads to, if it is in the message."""
        return self.by_reference.get((reference or {}).get("reference", ""))

    def of_type(self, resource_type: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.is_a(resource_type))

    def one(self, resource_type: str, reference: dict[str, Any] | None) -> Entry | None:
        """What the reference leads to, or else the first of its type, for senders who leave references out."""
        found = self.follow(reference)
        if found is not None and found.is_a(resource_type):
            return found
        return next(self.of_type(resource_type), None)

    @property
    def destinations(self) -> list[tuple[str, str]]:
        """The services that the message is for, by place and identifier in the Directory of Services."""
        found: list[tuple[str, str]] = []
        for number, destination in enumerate(self.header.resource.get("destination", [])):
            system, _, value = destination.get("endpoint", "").partition("|")
            known = value if system == DOS_SERVICE else ""
            found.append((f"{self.header.at}.destination[{number}].endpoint", known))
        return found


def read(arrival: Arrival) -> Message:
    """The message in these bytes. Numbers keep the digits they were sent with. Raises a `MessageRefused`."""
    if arrival.media_type not in MEDIA_TYPES:
        raise refusals.NotFhirJson("http.Content-Type")
    bundle = _document(arrival.raw)
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise refusals.NotAMessage("Bundle")
    faults = structure.faults(arrival.raw.decode())
    if faults:
        raise refusals.NotFhir(issues=faults)
    message = _message(bundle)
    _check_version(message)
    _check_event(message)
    return message


def _document(raw: bytes) -> Any:
    try:
        body.parse(raw)
    except body.MalformedJson as error:
        raise refusals.NotReadable(issues=[_unread("structure", error)]) from error
    except UnstorableValue as error:
        raise refusals.NotStorable(issues=[_unread("value", error)]) from error
    return json.loads(raw, parse_float=orjson.Fragment)


def _unread(code: str, error: body.MalformedJson | UnstorableValue) -> Issue:
    return Issue(code, "Bundle", f"{error.detail} {error.way_out}")


def _message(bundle: dict[str, Any]) -> Message:
    if bundle.get("type") != "message":
        raise refusals.NotAMessage("Bundle.type")
    entries = [
        Entry(position, entry.get("fullUrl", ""), entry["resource"])
        for position, entry in enumerate(bundle.get("entry", []))
        if "resource" in entry
    ]
    if not entries or entries[0].position != 0 or not entries[0].is_a("MessageHeader"):
        raise refusals.NotAMessage("Bundle.entry[0].resource")
    named = (entry for entry in entries if "id" in entry.resource)
    by_reference = {f"{entry.resource['resourceType']}/{entry.resource['id']}": entry for entry in named}
    by_reference |= {entry.url: entry for entry in entries if entry.url}
    return Message(bundle, entries, entries[0], by_reference)


def _check_version(message: Message) -> None:
    version = message.bundle.get("meta", {}).get("versionId")
    if version is None:
        raise refusals.VersionMissing("Bundle.meta.versionId")
    if not SUPPORTED_VERSION.fullmatch(version):
        raise refusals.VersionNotSupported("Bundle.meta.versionId")


def _check_event(message: Message) -> None:
    header, at = message.header.resource, message.header.at
    event = header.get("eventCoding", {})
    if (event.get("system"), event.get("code")) != (EVENTS, REQUEST):
        raise refusals.EventNotSupported(f"{at}.eventCoding")
    reasons = codes(header.get("reason"), REASONS)
    if not reasons:
        raise refusals.ElementMissing(f"{at}.reason.coding[0].code")
    if len(reasons) > 1 or reasons[0] not in set(MessageReason):
        raise refusals.ReasonNotSupported(f"{at}.reason.coding[0].code")
    if not header.get("destination"):
        raise refusals.ElementMissing(f"{at}.destination")
    if not header.get("source", {}).get("endpoint"):
        raise refusals.ElementMissing(f"{at}.source.endpoint")


def kind_of(request: Entry) -> MessageKind:
    """Referral or validation. Raises `ElementMissing` or `KindNotSupported`."""
    found = [code for category in request.resource.get("category", []) for code in codes(category, CATEGORIES)]
    if not found:
        raise refusals.ElementMissing(f"{request.at}.category")
    if found[0] not in set(MessageKind):
        raise refusals.KindNotSupported(f"{request.at}.category")
    return MessageKind(found[0])


def request_of(message: Message) -> Entry:
    """The ServiceRequest that the message is about. Raises `ElementMissing`."""
    focus = message.header.resource.get("focus", [None])[0]
    request = message.one("ServiceRequest", focus)
    if request is None:
        raise refusals.ElementMissing(f"{message.header.at}.focus")
    return request


def takes_back(message: Message) -> bool:
    """Whether the sender withdraws what it asked: by a delete, or by an update that revokes.

    Raises `RequestWithdrawn` for a new request that is none, and `NotWithdrawn` for a delete of what goes on.
    """
    request = request_of(message)
    is_withdrawn = request.resource.get("status") in WITHDRAWN
    if is_withdrawn and message.reason is MessageReason.NEW:
        raise refusals.RequestWithdrawn(f"{request.at}.status")
    if message.reason is MessageReason.DELETE and not is_withdrawn:
        raise refusals.NotWithdrawn(f"{request.at}.status")
    return is_withdrawn


def name_of_request(message: Message) -> str:
    """What the sender calls the request: the id that it has there or was given here, or else its place in the message.

    A message that gives an id means no other request, whatever stands at the same place.
    """
    request = request_of(message)
    return str(request.resource.get("id") or request.url.removeprefix("urn:uuid:"))[:LONGEST_NAME]


def codes(concept: dict[str, Any] | None, system: str) -> list[str]:
    """The codes of one system in a CodeableConcept."""
    codings = (concept or {}).get("coding", [])
    return [coding["code"] for coding in codings if coding.get("system") == system and "code" in coding]
