"""A made-up surgery's system behind the Spine's proxy: it answers by GP Connect (STU3)."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

HOST = "spine-proxy.example"
SURGERY, ASID, OURS = "A81001", "200000000001", "200000000002"
ROOT = f"https://surgery.example/{SURGERY}/STU3/1/gpconnect/structured/fhir"
FHIR = "application/fhir+json"
INTERACTION = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1"
CODES = "https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1"
CARE_CONNECT = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC"
NHS_NUMBER, SNOMED = "https://fhir.nhs.uk/Id/nhs-number", "http://snomed.info/sct"
Content = dict[str, Any]
DOCTOR = {"prefix": ["Dr"], "given": ["Gill"], "family": "Okafor"}


@dataclass
class SurgerySystem:
    """`records` are Bundles by NHS number; `answers` are used up one by one; `askers` are who said that they ask."""

    records: dict[str, Content] = field(default_factory=dict)
    answers: list[Response] = field(default_factory=list)
    askers: list[Content] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/{root:path}/Patient/$gpc.getstructuredrecord", self.record, methods=["POST"])
        return app

    async def record(self, request: Request, root: str) -> Response:
        if self.answers:
            return self.answers.pop(0)
        wanted = {"ssp-from": OURS, "ssp-to": ASID, "ssp-interactionid": INTERACTION}
        head, _, rest = request.headers["authorization"].removeprefix("Bearer ").partition(".")
        claims, _, signature = rest.partition(".")
        asker = _part(claims)
        is_sound = _part(head)["alg"] == "none" and signature == "" and asker["aud"] == root == ROOT
        if not is_sound or any(request.headers.get(name) != value for name, value in wanted.items()):
            return refusal(400, "BAD_REQUEST")
        self.askers.append(asker)
        asked = {one["name"]: one for one in (await request.json())["parameter"]}
        found = self.records.get(asked["patientNHSNumber"]["valueIdentifier"]["value"])
        return JSONResponse(found, media_type=FHIR) if found else refusal(404, "PATIENT_NOT_FOUND")


def connected() -> dict[str, Any]:
    """Interop's settings for this address."""
    surgeries = {SURGERY: {"asid": ASID, "root": ROOT}}
    return {"gpconnect_url": f"https://{HOST}", "gpconnect_asid": OURS, "gpconnect_surgeries": surgeries}


def a_structured_record(nhs_number: str, *more: Content) -> Content:
    """Somebody who must not have penicillin, had hives once, and takes a medicine every morning."""
    warning = {"url": f"{CARE_CONNECT}-ListWarningCode-1", "valueCode": "confidential-items"}
    resources = [
        {"resourceType": "Patient", "id": "p", "identifier": [{"system": NHS_NUMBER, "value": nhs_number}]},
        {"resourceType": "Organization", "id": "o", "name": "The Surgery"},
        {"resourceType": "Practitioner", "id": "d", "name": [DOCTOR]},
        {
            "resourceType": "PractitionerRole",
            "id": "r",
            "practitioner": {"reference": "Practitioner/d"},
            "organization": {"reference": "Organization/o"},
        },
        _allergy("a", "91936005", "Allergy to penicillin", "Anaphylaxis"),
        {
            "resourceType": "List",
            "id": "l",
            "title": "Ended allergies",
            "extension": [warning],
            "contained": [_allergy("e", "126485001", "Hives", clinicalStatus="resolved")],
        },
        *_a_repeat_medicine(),
        *more,
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def _a_repeat_medicine() -> list[Content]:
    """The medicine, that it is to go on, and that it is taken."""
    kind = {"coding": [{"code": "repeat", "display": "Repeat"}]}
    medicine = {"coding": [{"system": SNOMED, "code": "318420003", "display": "Amlodipine 5mg tablets"}]}
    return [
        {"resourceType": "Medication", "id": "m", "code": medicine},
        {
            "resourceType": "MedicationRequest",
            "id": "q",
            "intent": "plan",
            "extension": [{"url": f"{CARE_CONNECT}-PrescriptionType-1", "valueCodeableConcept": kind}],
            "recorder": {"reference": "Practitioner/d"},
        },
        {
            "resourceType": "MedicationStatement",
            "id": "s",
            "extension": [{"url": f"{CARE_CONNECT}-MedicationStatementLastIssueDate-1", "valueDateTime": "2026-11-02"}],
            "basedOn": [{"reference": "MedicationRequest/q"}],
            "status": "active",
            "medicationReference": {"reference": "Medication/m"},
            "effectivePeriod": {"start": "2025-03"},
            "dateAsserted": "2025-03-04T10:00:00+00:00",
            "dosage": [{"text": "One every morning"}],
        },
    ]


def _allergy(known_as: str, code: str, name: str, *reactions: str, **more: Any) -> Content:
    return {
        "resourceType": "AllergyIntolerance",
        "id": known_as,
        "clinicalStatus": "active",
        "code": {"coding": [{"system": SNOMED, "code": code, "display": name}]},
        "assertedDate": "2019-05-06T09:00:00+01:00",
        "recorder": {"reference": "Practitioner/d"},
        "reaction": [{"manifestation": [{"text": one} for one in reactions]}],
        **more,
    }


def _part(encoded: str) -> Content:
    found: Content = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return found


def refusal(status: int, code: str) -> Response:
    """An OperationOutcome with the Spine's code, and with words that are for nobody here."""
    details = {"coding": [{"system": CODES, "code": code}], "text": "9990000204 Tabor"}
    issue = {"severity": "error", "code": "not-found", "details": details}
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, status, media_type=FHIR)
