"""Resources without a fault, to put one in, and where the published examples lie."""

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson

from services.common.outcome import Issue
from services.interop.fhir import validation

ROOT = Path(__file__).parents[2]
# The published examples are not ours to ship. They lie beside the repository, or where this variable says.
REFERENCE = Path(os.environ.get("HEATSHIELD_REFERENCE", ROOT.parent / "shared" / "reference")) / "fhir"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
STATUS = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
STATUS_CODES = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"


def a_status(code: str = "01", system: str = STATUS_CODES) -> dict[str, Any]:
    return {"url": STATUS, "valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}


def a_number(value: str = "9990000204", *statuses: dict[str, Any]) -> dict[str, Any]:
    return {"extension": list(statuses) or [a_status()], "system": NHS_NUMBER, "value": value}


def a_patient(**changes: Any) -> dict[str, Any]:
    patient = {
        "resourceType": "Patient",
        "identifier": [a_number()],
        "name": [{"use": "official", "family": "Tabor", "given": ["Maureen"]}],
        "gender": "female",
        "birthDate": "1941-05-02",
        "managingOrganization": {"reference": "Organization/1"},
    }
    return deepcopy(patient) | changes


def an_observation(**changes: Any) -> dict[str, Any]:
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": "Patient/1"},
        "valueQuantity": {"value": 72.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }
    return deepcopy(observation) | changes


def judged(content: dict[str, Any]) -> list[Issue]:
    document = orjson.dumps(content).decode()
    return validation.issues(document, orjson.loads(document))


def places(content: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.code, issue.expression) for issue in judged(content)]


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"fullUrl": name, "resource": a_patient(), **more}


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
