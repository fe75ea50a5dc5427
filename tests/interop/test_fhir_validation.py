"""What is wrong with a resource: one fault each, and the place and the kind that are told of it."""

from typing import Any

import pytest

from services.interop.fhir.validation.bundles import MOST_ENTRIES
from services.interop.fhir.validation.contained import MOST_CONTAINED
from services.interop.fhir.validation.walk import MOST_NODES
from tests.interop.validating import a_number, a_patient, a_status, an_observation, bundle, entry, judged, places

UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
WORDS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus"
ETHNIC = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland"
ABOUT = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": {"reference": "Patient/1"}}
TEAM = {"resourceType": "CareTeam", "subject": {"reference": "Patient/1"}}
APPOINTMENT = {"resourceType": "Appointment", "status": "booked", "participant": [{"status": "accepted"}]}
APPOINTMENT |= {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T09:30:00Z"}
UNTIMED = {key: value for key, value in APPOINTMENT.items() if key not in ("start", "end")}
CONDITION = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}}
SYSTEM = "http://terminology.hl7.org/CodeSystem/"


def ethnic(code: str) -> dict[str, Any]:
    concept = {"coding": [{"system": ETHNIC, "code": code}]}
    return {"url": f"{UK_CORE}EthnicCategory", "valueCodeableConcept": concept}


def contained(*resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**TEAM, "contained": list(resources), **changes}


def coded(code: str, name: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{SYSTEM}{name}", "code": code}]}


ASKED = {"request": {"method": "POST", "url": "Patient"}}
ORGANIZATION = {"resourceType": "Organization", "id": "a", "name": "Ward 7"}
SECOND = {"resourceType": "Organization", "id": "b", "name": "Ward 8", "partOf": {"reference": "#a"}}
OF_A_MEMBER = {"participant": [{"member": {"reference": "#a"}}]}

SOUND = {
    "patient": a_patient(),
    "observation": an_observation(),
    "request": ABOUT,
    "appointment": APPOINTMENT,
    "no status": a_patient(identifier=[{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000204"}]),
    "status in words": a_patient(identifier=[a_number("9990000204", a_status("number-present-and-verified", WORDS))]),
    "Welsh status": a_patient(identifier=[a_number("9990000204", a_status("01", f"{WORDS}Wales"))]),
    "ethnic category": a_patient(extension=[ethnic("G")]),
    "value left out with a reason": a_patient(
        _birthDate={"extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]}
    ),
    "contained": contained(ORGANIZATION, **OF_A_MEMBER),
    "contained in a line": contained(ORGANIZATION, SECOND, participant=[{"member": {"reference": "#b"}}]),
    "within the bundle": bundle(
        "transaction",
        entry("urn:uuid:1", **ASKED),
        {"fullUrl": "urn:uuid:2", "resource": {**ABOUT, "subject": {"reference": "urn:uuid:1"}}, **ASKED},
    ),
    "elsewhere": {**ABOUT, "subject": {"reference": "https://trust.example/fhir/Patient/1/_history/2"}},
    "by identifier alone": {**ABOUT, "subject": {"identifier": a_number()}},
    "period in order": a_patient(name=[{"family": "A", "period": {"start": "2026-01-01", "end": "2026-01-01"}}]),
    "period of a year": a_patient(name=[{"family": "A", "period": {"start": "2026-05-01", "end": "2026"}}]),
    "waiting": {**UNTIMED, "status": "waitlist"},
    "condition": {**CONDITION, "clinicalStatus": coded("active", "condition-clinical")},
}

NUMBER = "Patient.identifier[0]"
ARABIC = "\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0662\u0660\u0664"
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "check digit": (a_patient(identifier=[a_number("9990000205")]), "value", f"{NUMBER}.value"),
    "letters": (a_patient(identifier=[a_number("99900002O4")]), "value", f"{NUMBER}.value"),
    "other digits": (
        a_patient(identifier=[a_number("\u0669\u0669\u0669\u0660\u0660\u0660\u0660\u0662\u0660\u0664")]),
        "value",
        f"{NUMBER}.value",
    ),
    "no number": (
        a_patient(identifier=[{"system": "https://fhir.nhs.uk/Id/nhs-number", "extension": [a_status()]}]),
        "required",
        NUMBER,
    ),
    "two numbers": (a_patient(identifier=[a_number(), a_number("9990000298")]), "structure", "Patient.identifier[1]"),
    "misspelt system": (
        a_patient(identifier=[{"system": "https://fhir.nhs.uk/id/NHS-number", "value": "9990000204"}]),
        "value",
        f"{NUMBER}.system",
    ),
    "status bogus": (
        a_patient(identifier=[a_number("9990000204", a_status("bogus"))]),
        "code-invalid",
        f"{NUMBER}.extension[0].value",
    ),
    "status of another system": (
        a_patient(identifier=[a_number("9990000204", a_status("01", "http://example.org"))]),
        "code-invalid",
        f"{NUMBER}.extension[0].value",
    ),
    "two statuses": (
        a_patient(identifier=[a_number("9990000204", a_status(), a_status("02"))]),
        "extension",
        f"{NUMBER}.extension[1]",
    ),
    "status not present": (
        a_patient(identifier=[a_number("9990000204", a_status("07"))]),
        "business-rule",
        f"{NUMBER}.extension[0].value",
    ),
    "number of a subject": (
        {**ABOUT, "subject": {"identifier": a_number("9990000205")}},
        "value",
        "ServiceRequest.subject.identifier.value",
    ),
    "gender": (a_patient(gender="F"), "code-invalid", "Patient.gender"),
    "gender in another case": (a_patient(gender="Female"), "code-invalid", "Patient.gender"),
    "status of a request": ({**ABOUT, "status": "started"}, "code-invalid", "ServiceRequest.status"),
    "use of a name": (a_patient(name=[{"use": "legal", "family": "A"}]), "code-invalid", "Patient.name[0].use"),
    "use of a telephone": (
        a_patient(telecom=[{"system": "phone", "value": "1"}, {"system": "tel"}]),
        "code-invalid",
        "Patient.telecom[1].system",
    ),
    "clinical status": (
        {**CONDITION, "clinicalStatus": coded("better", "condition-clinical")},
        "code-invalid",
        "Condition.clinicalStatus",
    ),
    "clinical status in words": (
        {**CONDITION, "clinicalStatus": {"text": "active"}},
        "code-invalid",
        "Condition.clinicalStatus",
    ),
    "wrong type": (
        a_patient(managingOrganization={"reference": "Patient/1"}),
        "invalid",
        "Patient.managingOrganization.reference",
    ),
    "wrong type elsewhere": (
        {**ABOUT, "subject": {"reference": "https://trust.example/fhir/Practitioner/1"}},
        "invalid",
        "ServiceRequest.subject.reference",
    ),
    "wrong type contained": (
        contained(ORGANIZATION, subject={"reference": "#a"}),
        "invalid",
        "CareTeam.subject.reference",
    ),
    "two types": (
        {**ABOUT, "subject": {"reference": "Patient/1", "type": "Group"}},
        "invalid",
        "ServiceRequest.subject.reference",
    ),
    "no such type": (
        an_observation(focus=[{"reference": "Person1/1"}, {"reference": "Persons/1"}]),
        "value",
        "Observation.focus[1].reference",
    ),
    "not contained": ({**TEAM, "encounter": {"reference": "#e"}}, "not-found", "CareTeam.encounter.reference"),
    "no such entry": (
        bundle("transaction", {"resource": {**ABOUT, "subject": {"reference": "urn:uuid:9"}}, **ASKED}),
        "not-found",
        "Bundle.entry[0].resource.subject.reference",
    ),
    "no bundle": (
        {**ABOUT, "subject": {"reference": "urn:uuid:9"}},
        "not-found",
        "ServiceRequest.subject.reference",
    ),
    "circle": (
        contained({**ORGANIZATION, "partOf": {"reference": "#b"}}, SECOND, **OF_A_MEMBER),
        "business-rule",
        "CareTeam.contained[0]",
    ),
    "circle of one": (
        contained({**ORGANIZATION, "partOf": {"reference": "#a"}}, **OF_A_MEMBER),
        "business-rule",
        "CareTeam.contained[0]",
    ),
    "unused": (contained(ORGANIZATION), "invariant", "CareTeam.contained[0]"),
    "versioned": (
        contained({**ORGANIZATION, "meta": {"versionId": "1"}}, **OF_A_MEMBER),
        "invariant",
        "CareTeam.contained[0].meta",
    ),
    "contained twice": (contained(ORGANIZATION, ORGANIZATION, **OF_A_MEMBER), "duplicate", "CareTeam.contained[1].id"),
    "a bundle contained": (
        contained(
            {**bundle("collection", {"resource": a_patient()}), "id": "a"},
            extension=[{"url": "http://example.org/x", "valueReference": {"reference": "#a"}}],
        ),
        "invariant",
        "CareTeam.contained[0].entry[0].resource",
    ),
    "too many elements": (a_patient(name=[{"family": "A"}] * (MOST_NODES + 1)), "too-long", "Resource"),
    "too many contained": (
        contained(*[{**ORGANIZATION, "id": f"a{number}"} for number in range(MOST_CONTAINED + 1)]),
        "too-costly",
        "CareTeam.contained",
    ),
    "too many entries": (
        bundle("collection", *[entry(f"urn:uuid:{number}") for number in range(MOST_ENTRIES + 1)]),
        "too-costly",
        "Bundle.entry",
    ),
    "no request": (bundle("batch", entry("urn:uuid:1")), "invariant", "Bundle.entry[0]"),
    "a request too many": (bundle("collection", entry("urn:uuid:1", **ASKED)), "invariant", "Bundle.entry[0].request"),
    "entry twice": (
        bundle("collection", entry("urn:uuid:1"), entry("urn:uuid:1")),
        "duplicate",
        "Bundle.entry[1].fullUrl",
    ),
    "extension of another type": (
        a_patient(extension=[{"url": f"{UK_CORE}EthnicCategory", "valueString": "G"}]),
        "extension",
        "Patient.extension[0].value",
    ),
    "extension with a value": (
        a_patient(extension=[{"url": f"{UK_CORE}ContactPreference", "valueString": "G"}]),
        "extension",
        "Patient.extension[0].value",
    ),
    "extension twice": (a_patient(extension=[ethnic("A"), ethnic("B")]), "extension", "Patient.extension[1]"),
    "extension of nothing": (
        a_patient(extension=[{"url": "http://example.org/x"}]),
        "invariant",
        "Patient.extension[0]",
    ),
    "another ethnic category": (a_patient(extension=[ethnic("Q")]), "code-invalid", "Patient.extension[0].value"),
    "pat-1": (a_patient(contact=[{"gender": "male"}]), "invariant", "Patient.contact[0]"),
    "per-1": (
        a_patient(name=[{"family": "A", "period": {"start": "2026-02-01", "end": "2026-01-31"}}]),
        "invariant",
        "Patient.name[0].period",
    ),
    "obs-6": (an_observation(dataAbsentReason={"text": "asleep"}), "invariant", "Observation"),
    "obs-7": (
        an_observation(component=[{"code": an_observation()["code"], "valueString": "a"}]),
        "invariant",
        "Observation",
    ),
    "qty-3": (an_observation(valueQuantity={"value": 1, "code": "kg"}), "invariant", "Observation.valueQuantity"),
    "con-4": (
        {**CONDITION, "clinicalStatus": coded("active", "condition-clinical"), "abatementString": "May"},
        "invariant",
        "Condition",
    ),
    "con-5": (
        {
            **CONDITION,
            "clinicalStatus": coded("active", "condition-clinical"),
            "verificationStatus": coded("entered-in-error", "condition-ver-status"),
        },
        "invariant",
        "Condition",
    ),
    "app-4": ({**APPOINTMENT, "cancelationReason": {"text": "ill"}}, "invariant", "Appointment"),
    "cpl-3": (
        {
            "resourceType": "CarePlan",
            "status": "active",
            "intent": "plan",
            "subject": {"reference": "Patient/1"},
            "activity": [{"detail": {"status": "scheduled"}, "reference": {"reference": "Task/1"}}],
        },
        "invariant",
        "CarePlan.activity[0]",
    ),
    "org-1": ({"resourceType": "Organization", "active": True}, "invariant", "Organization"),
    "unknown element": (a_patient(sex="female"), "structure", "Patient"),
    "unknown further in": (a_patient(contact=[{"sex": "female"}]), "structure", "Patient.contact[0]"),
    "no such day": (a_patient(birthDate="1941-02-30"), "value", "Patient.birthDate"),
    "list for one": (a_patient(gender=["female"]), "structure", "Patient.gender"),
    "one for a list": (a_patient(name={"family": "A"}), "structure", "Patient.name"),
    "two values": (an_observation(valueString="a"), "structure", "Observation.valueString"),
    "required": ({"resourceType": "Observation", "status": "final"}, "structure", "Observation.code"),
}
NO_MORE_THAN_A_WORD = {"another ethnic category"}


@pytest.mark.parametrize("content", SOUND.values(), ids=SOUND)
def test_what_is_sound_has_no_issue(content: dict[str, Any]) -> None:
    assert places(content) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_place(name: str) -> None:
    content, code, expression = FAULTS[name]
    assert (code, expression) in places(content), places(content)
    assert {issue.severity for issue in judged(content)} == ({"warning"} if name in NO_MORE_THAN_A_WORD else {"error"})


def test_an_appointment_needs_its_times_together() -> None:
    assert places(UNTIMED) == [("invariant", "Appointment")]
    assert places({**UNTIMED, "start": APPOINTMENT["start"]}) == [("invariant", "Appointment")] * 2


def test_nothing_that_was_sent_is_told_again() -> None:
    told = str([judged(content) for content, _, _ in FAULTS.values()])
    assert not any(word in told for word in ("999 000", "99900002", "femail", "bogus", "example.org", "Tabor"))
