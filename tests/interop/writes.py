"""What a trust's system writes over FHIR, made up of people who do not exist."""

from typing import Any

from tests.interop.bars_message import DOS_SERVICE, NHS_NUMBER, OURS, a_person

Resource = dict[str, Any]
FHIR = {"Content-Type": "application/fhir+json"}
TRUST = {"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "RRV00"}}
THEIRS = "https://trust.example/Id/referral"


def a_request(number: str = "R-1", **changes: Any) -> Resource:
    """A referral with the person in it."""
    person = {**a_person(meta=None), "id": "person"}
    request: Resource = {
        "resourceType": "ServiceRequest",
        "contained": [person],
        "identifier": [{"system": THEIRS, "value": number}],
        "status": "active",
        "intent": "order",
        "priority": "urgent",
        "code": {"text": "Community nursing"},
        "subject": {"reference": "#person"},
        "requester": {**TRUST, "display": "Ward 7, Royal Infirmary"},
        "performer": [{"type": "HealthcareService", "identifier": {"system": DOS_SERVICE, "value": OURS}}],
        "reasonCode": [{"text": "Leg ulcer, dressings twice a week"}],
    }
    return {name: value for name, value in (request | changes).items() if value is not None}


def a_stay(client_id: str | None = None, **changes: Any) -> Resource:
    """A client has been admitted; known by the id here, or by an NHS number."""
    by_number = {"type": "Patient", "identifier": {"system": NHS_NUMBER, "value": "9990000204"}}
    stay: Resource = {
        "resourceType": "Encounter",
        "identifier": [{"system": "https://trust.example/Id/spell", "value": "S-1"}],
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": f"Patient/{client_id}"} if client_id else by_number,
        "period": {"start": "2026-11-20T22:10:00Z"},
        "serviceProvider": TRUST,
    }
    return {name: value for name, value in (stay | changes).items() if value is not None}


def an_entry(resource: Resource | None, method: str = "POST", url: str | None = None, **request: Any) -> Resource:
    """One entry of a batch or transaction; `full_url` is the name that the others know it by."""
    full_url = request.pop("full_url", None)
    asked = {"method": method, "url": url or (resource or {})["resourceType"], **request}
    entry: Resource = {"request": asked}
    entry |= {"fullUrl": full_url} if full_url else {}
    return entry | ({"resource": resource} if resource else {})


def a_bundle(*entries: Resource, kind: str = "transaction") -> Resource:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
