"""The made-up surgery: its referral as a BaRS message, in the shape that the standard's own examples have."""

from datetime import date
from typing import Any

from demo.barrow import DATA, Calendar, id_of

# The team's address in the directory of services, as the demo registers it.
DOS_SERVICE_ID = "2000099999"
SURGERY_SERVICE_ID = "2000099998"
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition"
BARS = "https://fhir.nhs.uk"
SNOMED = "http://snomed.info/sct"


def reference(name: str) -> str:
    return f"urn:uuid:{id_of('bars', name)}"


def referral_message(patient: dict[str, Any], calendar: Calendar) -> dict[str, Any]:
    """A general practice refers this person to the team: a Bundle of type message."""
    sent_at = calendar.at(0, "09:05")
    parts = {
        "header": _header(),
        "request": _request(sent_at),
        "encounter": _encounter(sent_at),
        "care-plan": _care_plan(),
        "condition": _condition(calendar.day(0)),
        "patient": _patient(patient),
        "requester": _requester(),
        "role": _role(),
        "surgery": _organisation("Barrow Surgery (demo)", "Z99901"),
        "team": _organisation("Barrow Neighbourhood Nursing and Care Team (demo)", "ZZ901"),
        "service": _service(),
        "consent": _consent(calendar.day(0)),
    }
    return {
        "resourceType": "Bundle",
        "id": str(id_of("bars", "bundle", calendar.day(0))),
        "meta": {
            "versionId": "1.1.0",
            "lastUpdated": sent_at,
            "profile": [f"{BARS}/StructureDefinition/BARSBundleMessage"],
        },
        "type": "message",
        "timestamp": sent_at,
        "entry": [
            {"fullUrl": reference(name), "resource": {**part, "meta": {**part["meta"], "lastUpdated": sent_at}}}
            for name, part in parts.items()
        ],
    }


def _header() -> dict[str, Any]:
    return {
        "resourceType": "MessageHeader",
        "meta": {"profile": [f"{BARS}/StructureDefinition/BARSMessageHeader-servicerequest-request"]},
        "eventCoding": {"system": f"{BARS}/CodeSystem/message-events-bars", "code": "servicerequest-request"},
        "destination": [
            {"endpoint": f"{BARS}/Id/dos-service-id|{DOS_SERVICE_ID}", "receiver": {"reference": reference("team")}}
        ],
        "sender": {"reference": reference("surgery")},
        "source": {"name": "Barrow Surgery", "endpoint": f"{BARS}/Id/dos-service-id|{SURGERY_SERVICE_ID}"},
        "reason": {"coding": [{"system": f"{BARS}/CodeSystem/message-reason-bars", "code": "new"}]},
        "focus": [{"reference": reference("request")}],
        "definition": f"{BARS}/MessageDefinition/bars-message-servicerequest-request-referral",
    }


def _request(sent_at: str) -> dict[str, Any]:
    category = [
        {"system": f"{BARS}/CodeSystem/message-category-servicerequest", "code": "referral"},
        {"system": f"{BARS}/CodeSystem/usecases-categories-bars", "code": "a5t1"},
    ]
    return {
        "resourceType": "ServiceRequest",
        "meta": {"profile": [f"{BARS}/StructureDefinition/BARSServiceRequest-request-referral"]},
        "basedOn": [{"reference": reference("care-plan")}],
        "status": "active",
        "intent": "plan",
        "priority": "urgent",
        "category": [{"coding": category}],
        "subject": {"reference": reference("patient")},
        "encounter": {"reference": reference("encounter")},
        "occurrencePeriod": {"start": sent_at},
        "authoredOn": sent_at,
        "requester": {"reference": reference("requester")},
        "performer": [{"reference": reference("service")}],
        "reasonCode": [
            {"text": "Leg ulcer since the summer; washes with difficulty; sees nobody from one week to the next"}
        ],
    }


def _encounter(sent_at: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "meta": {"profile": [f"{UK_CORE}/UKCore-Encounter"]},
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": reference("patient")},
        "period": {"start": sent_at},
    }


def _care_plan() -> dict[str, Any]:
    return {
        "resourceType": "CarePlan",
        "meta": {"profile": [f"{UK_CORE}/UKCore-CarePlan"]},
        "status": "completed",
        "intent": "plan",
        "subject": {"reference": reference("patient")},
        "encounter": {"reference": reference("encounter")},
        "addresses": [{"reference": reference("condition")}],
    }


def _condition(on: str) -> dict[str, Any]:
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "meta": {"profile": [f"{UK_CORE}/UKCore-Condition"]},
        "clinicalStatus": {"coding": [active]},
        "code": {"text": "Leg ulcer"},
        "subject": {"reference": reference("patient")},
        "encounter": {"reference": reference("encounter")},
        "onsetDateTime": on,
    }


def _patient(patient: dict[str, Any]) -> dict[str, Any]:
    status = {"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus"}
    status["code"] = "number-present-and-verified"
    line, _, village = patient["address_line"].partition(", ")
    return {
        "resourceType": "Patient",
        "meta": {"profile": [f"{UK_CORE}/UKCore-Patient"]},
        "identifier": [
            {
                "extension": [
                    {
                        "url": f"{UK_CORE}/Extension-UKCore-NHSNumberVerificationStatus",
                        "valueCodeableConcept": {"coding": [status]},
                    }
                ],
                "system": f"{BARS}/Id/nhs-number",
                "value": patient["nhs_number"],
            }
        ],
        "name": [{"use": "official", "family": patient["family_name"], "given": [patient["given_name"]]}],
        "gender": patient["sex"],
        "birthDate": date.fromisoformat(patient["birth_on"]).isoformat(),
        "address": [{"use": "home", "line": [line], "city": village, "postalCode": patient["postcode"]}],
        "telecom": [{"system": "phone", "value": patient["phone"], "use": "home"}],
        "generalPractitioner": [{"reference": reference("surgery")}],
    }


def _requester() -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "meta": {"profile": [f"{UK_CORE}/UKCore-Practitioner"]},
        "name": [{"family": "Okafor", "given": ["Gill"], "prefix": ["Dr"]}],
    }


def _role() -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "meta": {"profile": [f"{UK_CORE}/UKCore-PractitionerRole"]},
        "practitioner": {"reference": reference("requester")},
        "organization": {"reference": reference("surgery")},
        "specialty": [{"coding": [{"system": SNOMED, "code": "408443003", "display": "General medical practice"}]}],
    }


def _organisation(name: str, ods_code: str) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "meta": {"profile": [f"{UK_CORE}/UKCore-Organization"]},
        "identifier": [{"system": f"{BARS}/Id/ods-organization-code", "value": ods_code}],
        "name": name,
    }


def _service() -> dict[str, Any]:
    return {
        "resourceType": "HealthcareService",
        "meta": {"profile": [f"{UK_CORE}/UKCore-HealthcareService"]},
        "identifier": [{"system": f"{BARS}/Id/dos-service-id", "value": DOS_SERVICE_ID}],
        "active": True,
        "providedBy": {"reference": reference("team")},
        "name": "Neighbourhood nursing and care",
    }


def _consent(on: str) -> dict[str, Any]:
    scope = {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
    category = {"system": f"{BARS}/CodeSystem/consent-categories-bars", "code": "DRC", "display": "Direct Care"}
    policy = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMPLIED"}
    return {
        "resourceType": "Consent",
        "meta": {"profile": [f"{UK_CORE}/UKCore-Consent"]},
        "status": "active",
        "scope": {"coding": [scope]},
        "category": [{"coding": [category]}],
        "patient": {"reference": reference("patient")},
        "dateTime": on,
        "policyRule": {"coding": [policy]},
    }


def waiting_patient() -> dict[str, Any]:
    """The person whom the surgery refers on day zero."""
    patient: dict[str, Any] = next(one for one in DATA["waiting"] if one["source"] == "gp")
    return patient
