"""A BaRS message in the shape that the standard's own examples have, made up of people who do not exist."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

DOS_SERVICE = "https://fhir.nhs.uk/Id/dos-service-id"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
STATUS_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
OURS, THEIRS = "111111111", "2222222222"
CHANGED = {"lastUpdated": "2026-11-20T09:15:00.8185338+00:00"}
# A folder of published messages may be tried too; without it the made-up ones stand alone.
PUBLISHED = "HEATSHIELD_BARS_MESSAGES"

Message = dict[str, Any]


def a_person(number: str | None = "9990000204", status: str = "number-present-and-verified", **changes: Any) -> Message:
    """A Patient; without a number, with a wrong one, or with any element replaced."""
    concept = {"coding": [{"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus"}]}
    concept["coding"][0]["code"] = status
    identifier = {
        "extension": [{"url": STATUS_EXTENSION, "valueCodeableConcept": concept}],
        "system": NHS_NUMBER,
        "value": number,
    }
    own = {"relationship": [{"coding": [{"code": "ONESELF"}]}], "telecom": [_phone("01229 870001", 2)]}
    own["telecom"].append(_phone("07700 900123", 1))
    person: Message = {
        "resourceType": "Patient",
        "meta": dict(CHANGED),
        "identifier": [identifier] if number else None,
        "name": [
            {"use": "usual", "text": "Mo"},
            {"use": "official", "family": "Tabor", "given": ["Maureen", "Ann"], "prefix": ["Mrs"]},
        ],
        "gender": "female",
        "birthDate": "1936-06-06",
        "address": [{"use": "home", "line": ["7 Chapel Row"], "city": "Barrow", "postalCode": "LA14 1AA"}],
        "contact": [own],
    }
    return _present(person | changes)


def a_request(kind: str = "referral", use_case: str = "a5t1", display: str = "Primary Care", **changes: Any) -> Message:
    """The ServiceRequest."""
    codings = [
        {"system": "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest", "code": kind},
        {"system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "code": use_case, "display": display},
    ]
    request: Message = {
        "resourceType": "ServiceRequest",
        "meta": dict(CHANGED),
        "status": "active",
        "intent": "plan",
        "category": [{"coding": codings}],
        "reasonCode": [{"text": "Leg ulcer, dressings twice a week"}],
        "occurrencePeriod": {"start": "2026-11-20T10:00:00+00:00", "end": "2026-11-20T10:20:00.1234567+00:00"},
    }
    return _present(request | changes)


def a_message(
    *,
    request: Message | None = None,
    person: Message | None = None,
    header: Message | None = None,
    bundle: Message | None = None,
    more: tuple[Message, ...] = (),
) -> Message:
    """The whole message. `header` and `bundle` replace elements of the MessageHeader and of the Bundle."""
    urls = {name: f"urn:uuid:{uuid4()}" for name in ("request", "person", "sender", "receiver", "requester", "triage")}
    asked = (request or a_request()) | {
        "subject": {"reference": urls["person"]},
        "encounter": {"reference": urls["triage"]},
        "requester": {"reference": urls["requester"]},
    }
    entries: list[tuple[str, Message]] = [
        (f"urn:uuid:{uuid4()}", _present(_a_header(urls) | (header or {}))),
        (urls["request"], asked),
        (urls["triage"], _a_triage(urls)),
        (urls["person"], person or a_person()),
        (urls["sender"], _an_organisation("Duke Street Surgery", "A81001")),
        (urls["receiver"], _an_organisation("Barrow Neighbourhood Team", "RRV00")),
        (urls["requester"], _a_practitioner()),
        *((f"urn:uuid:{uuid4()}", resource) for resource in more),
    ]
    message: Message = {
        "resourceType": "Bundle",
        "id": str(uuid4()),
        "meta": {"versionId": "1.1.0", "profile": ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]},
        "type": "message",
        "timestamp": "2026-11-20T09:15:00+00:00",
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries],
    }
    return _present(message | (bundle or {}))


def ids(request_id: str | None = None) -> dict[str, str]:
    """The two headers that every BaRS message comes with, and its media type."""
    return {
        "X-Request-Id": request_id or str(uuid4()),
        "X-Correlation-Id": str(uuid4()),
        "Content-Type": "application/fhir+json; version=1.1.0",
    }


def published() -> list[Any]:
    """The NHS's own examples of new requests, where the environment says that they are."""
    folder = os.environ.get(PUBLISHED)
    found = sorted(Path(folder).glob("*REQ*.json")) if folder else []
    new = [path for path in found if _is_new_request(path)]
    return [pytest.param(path.read_bytes(), id=path.name.partition(" ")[0]) for path in new]


def made_up() -> list[Any]:
    """The messages that are always tried."""
    validation = a_request("validation", "a4t3", "999 to Community Services", reasonCode=None)
    messages = {
        "referral": a_message(),
        "validation": a_message(request=validation),
        "nobody known": a_message(person=a_person(None, name=[{"text": "Mrs Maureen Tabor"}], birthDate=None)),
    }
    return [pytest.param(json.dumps(message).encode(), id=name) for name, message in messages.items()]


def _is_new_request(path: Path) -> bool:
    header = json.loads(path.read_bytes())["entry"][0]["resource"]
    to_us = header["destination"][0]["endpoint"] == f"{DOS_SERVICE}|{OURS}"
    return to_us and header["reason"]["coding"][0]["code"] == "new"


def _present(elements: Message) -> Message:
    return {name: value for name, value in elements.items() if value is not None}


def _phone(value: str, rank: int) -> Message:
    return {"system": "phone", "value": value, "rank": rank}


def _a_header(urls: dict[str, str]) -> Message:
    return {
        "resourceType": "MessageHeader",
        "meta": dict(CHANGED),
        "eventCoding": {
            "system": "https://fhir.nhs.uk/CodeSystem/message-events-bars",
            "code": "servicerequest-request",
        },
        "destination": [{"endpoint": f"{DOS_SERVICE}|{OURS}", "receiver": {"reference": urls["receiver"]}}],
        "sender": {"reference": urls["sender"]},
        "source": {"name": "Duke Street", "endpoint": f"{DOS_SERVICE}|{THEIRS}"},
        "reason": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/message-reason-bars", "code": "new"}]},
        "focus": [{"reference": urls["request"]}],
    }


def _a_triage(urls: dict[str, str]) -> Message:
    return {
        "resourceType": "Encounter",
        "meta": dict(CHANGED),
        "status": "triaged",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER"},
        "subject": {"reference": urls["person"]},
        "episodeOfCare": [{"reference": "EpisodeOfCare/d4b6a4f2-3a55-4f7a-9c8e-2f0a6c1d9b11"}],
    }


def _an_organisation(name: str, ods_code: str) -> Message:
    identifier = {"system": "https://fhir.nhs.uk/id/ods-organization-code", "value": ods_code}
    return {"resourceType": "Organization", "meta": dict(CHANGED), "identifier": [identifier], "name": name}


def _a_practitioner() -> Message:
    return {"resourceType": "Practitioner", "meta": dict(CHANGED), "name": [{"family": "Iqbal", "given": ["Sana"]}]}
