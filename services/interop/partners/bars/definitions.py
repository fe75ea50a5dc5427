"""What a message to one of our services has to hold: the MessageDefinitions that a sender asks for before it writes."""

from collections.abc import Sequence
from typing import Any

from services.interop.fhir import systems
from services.interop.partners.bars.message import EVENTS, MESSAGE_DEFINITIONS, REQUEST, USE_CASES
from services.interop.partners.bars.understand import USE_CASE

VERSION, AS_OF = "1.1.0", "2026-11-27"
USAGE = {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "workflow"}
BUNDLE = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"
HEADER = "https://fhir.nhs.uk/StructureDefinition/BARSMessageHeader-servicerequest-request"
# The fewest and the most of each type that is read; what comes besides is kept with the message.
NEEDED = {"Bundle": BUNDLE, "MessageHeader": HEADER, "ServiceRequest": "", "Patient": systems.profile("Patient")}
READ = ("Encounter", "CarePlan", "Condition", "Task", "Organization", "Practitioner", "PractitionerRole")
MANY = "*"


def contexts(asked: Sequence[str]) -> tuple[list[str], list[str]]:
    """The services and the use cases in what was asked, each `system|code`."""
    pairs = [one.partition("|")[::2] for one in asked]
    services = [code for system, code in pairs if system == systems.DOS_SERVICE]
    return services, [code for system, code in pairs if system == USE_CASES]


def are_known(use_cases: Sequence[str]) -> bool:
    return all(USE_CASE.fullmatch(one) for one in use_cases)


def definitions(service: str, use_cases: Sequence[str]) -> list[dict[str, Any]]:
    """One for each kind of request that is taken, for this service and these use cases."""
    return [_definition(url, service, use_cases) for url in MESSAGE_DEFINITIONS]


def searchset(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"fullUrl": one["url"], "resource": one, "search": {"mode": "match"}} for one in found]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries} if found else EMPTY


EMPTY: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": 0}


def _definition(url: str, service: str, use_cases: Sequence[str]) -> dict[str, Any]:
    name = url.rpartition("/")[2]
    used = [{"system": systems.DOS_SERVICE, "code": service}]
    used += [{"system": USE_CASES, "code": one} for one in use_cases]
    return {
        "resourceType": "MessageDefinition",
        "id": name,
        "meta": {"lastUpdated": f"{AS_OF}T00:00:00.000+00:00"},
        "url": url,
        "version": VERSION,
        "name": name.replace("-", "_"),
        "status": "active",
        "date": AS_OF,
        "useContext": [{"code": USAGE, "valueCodeableConcept": {"coding": [one]}} for one in used],
        "eventCoding": {"system": EVENTS, "code": REQUEST},
        "focus": [_focus(kind, profile, 1, "1") for kind, profile in NEEDED.items()]
        + [_focus(kind, systems.profile(kind), 0, MANY) for kind in READ],
    }


def _focus(kind: str, profile: str, least: int, most: str) -> dict[str, Any]:
    focus = {"code": kind, "profile": profile, "min": least, "max": most}
    return {name: value for name, value in focus.items() if value != ""}
