"""The required bindings of FHIR R4 (4.0.1) on the types that trusts and teams exchange, by element."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


GENDER = _set("male female other unknown")
REQUEST = _set("draft active on-hold revoked completed entered-in-error unknown")
INTENT = _set("proposal plan directive order original-order reflex-order filler-order instance-order option")
PRIORITY = _set("routine urgent asap stat")
EPISODE = _set("planned waitlist active onhold finished cancelled entered-in-error")
ENCOUNTER = _set("planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown")
DOCUMENT = _set("preliminary final amended entered-in-error")
EVENT = _set("preparation in-progress not-done on-hold stopped completed entered-in-error unknown")
PROVISION = _set("deny permit")

CODES: dict[str, frozenset[str]] = {
    "AllergyIntolerance.category": _set("food medication environment biologic"),
    "AllergyIntolerance.criticality": _set("low high unable-to-assess"),
    "AllergyIntolerance.reaction.severity": _set("mild moderate severe"),
    "AllergyIntolerance.type": _set("allergy intolerance"),
    "Appointment.participant.required": _set("required optional information-only"),
    "Appointment.participant.status": _set("accepted declined tentative needs-action"),
    "Appointment.status": _set(
        "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist"
    ),
    "AuditEvent.action": _set("C R U D E"),
    "AuditEvent.agent.network.type": _set("1 2 3 4 5"),
    "AuditEvent.outcome": _set("0 4 8 12"),
    "Bundle.entry.request.method": _set("GET HEAD POST PUT DELETE PATCH"),
    "Bundle.entry.search.mode": _set("match include outcome"),
    "Bundle.type": _set(
        "document message transaction transaction-response batch batch-response history searchset collection"
    ),
    "CarePlan.activity.detail.kind": _set(
        "Appointment CommunicationRequest DeviceRequest MedicationRequest NutritionOrder Task ServiceRequest"
        " VisionPrescription"
    ),
    "CarePlan.activity.detail.status": _set(
        "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error"
    ),
    "CarePlan.intent": _set("proposal plan order option"),
    "CarePlan.status": REQUEST,
    "CareTeam.status": _set("proposed active suspended inactive entered-in-error"),
    "Communication.priority": PRIORITY,
    "Communication.status": EVENT,
    "Consent.provision.data.meaning": _set("instance related dependents authoredby"),
    "Consent.provision.provision.type": PROVISION,
    "Consent.provision.type": PROVISION,
    "Consent.status": _set("draft proposed active rejected inactive entered-in-error"),
    "DiagnosticReport.status": _set(
        "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown"
    ),
    "DocumentReference.docStatus": DOCUMENT,
    "DocumentReference.relatesTo.code": _set("replaces transforms signs appends"),
    "DocumentReference.status": _set("current superseded entered-in-error"),
    "Encounter.location.status": _set("planned active reserved completed"),
    "Encounter.status": ENCOUNTER,
    "Encounter.statusHistory.status": ENCOUNTER,
    "EpisodeOfCare.status": EPISODE,
    "EpisodeOfCare.statusHistory.status": EPISODE,
    "Flag.status": _set("active inactive entered-in-error"),
    "Goal.lifecycleStatus": _set(
        "proposed planned accepted active on-hold completed cancelled entered-in-error rejected"
    ),
    "Immunization.status": _set("completed entered-in-error not-done"),
    "Location.mode": _set("instance kind"),
    "Location.status": _set("active suspended inactive"),
    "MedicationAdministration.status": _set("in-progress not-done on-hold completed entered-in-error stopped unknown"),
    "MedicationDispense.status": _set(
        "preparation in-progress cancelled on-hold completed entered-in-error stopped declined unknown"
    ),
    "MedicationRequest.intent": INTENT - {"directive"},
    "MedicationRequest.priority": PRIORITY,
    "MedicationRequest.status": _set("active on-hold cancelled completed entered-in-error stopped draft unknown"),
    "MedicationStatement.status": _set("active completed entered-in-error intended stopped on-hold unknown not-taken"),
    "MessageHeader.response.code": _set("ok transient-error fatal-error"),
    "Observation.status": _set("registered preliminary final amended corrected cancelled entered-in-error unknown"),
    "Patient.contact.gender": GENDER,
    "Patient.gender": GENDER,
    "Patient.link.type": _set("replaced-by replaces refer seealso"),
    "Person.gender": GENDER,
    "Practitioner.gender": GENDER,
    "Procedure.status": EVENT,
    "Provenance.entity.role": _set("derivation revision quotation source removal"),
    "QuestionnaireResponse.status": _set("in-progress completed amended entered-in-error stopped"),
    "RelatedPerson.gender": GENDER,
    "ServiceRequest.intent": INTENT,
    "ServiceRequest.priority": PRIORITY,
    "ServiceRequest.status": REQUEST,
    "Slot.status": _set("busy free busy-unavailable busy-tentative entered-in-error"),
    "Task.intent": (INTENT - {"directive"}) | {"unknown"},
    "Task.priority": PRIORITY,
    "Task.status": _set(
        "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed"
        " entered-in-error"
    ),
}

# The parts that every resource has, by the element that holds them: its name tells its type.
DATA_TYPES: dict[str, dict[str, frozenset[str]]] = {
    "address": {"use": _set("home work temp old billing"), "type": _set("postal physical both")},
    "contactpoint": {
        "system": _set("phone fax email pager url sms other"),
        "use": _set("home work temp old mobile"),
    },
    "humanname": {"use": _set("usual official temp nickname anonymous old maiden")},
    "identifier": {"use": _set("usual official temp secondary old")},
    "quantity": {"comparator": _set("< <= >= >")},
    "text": {"status": _set("generated extensions additional empty")},
}
DATA_TYPES |= {"telecom": DATA_TYPES["contactpoint"], "name": DATA_TYPES["humanname"]}

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
# CodeableConcepts that must hold a code of the set, with its system.
CONCEPTS: dict[str, tuple[str, frozenset[str]]] = {
    "AllergyIntolerance.clinicalStatus": (
        f"{TERMINOLOGY}allergyintolerance-clinical",
        _set("active inactive resolved"),
    ),
    "AllergyIntolerance.verificationStatus": (
        f"{TERMINOLOGY}allergyintolerance-verification",
        _set("unconfirmed confirmed refuted entered-in-error"),
    ),
    "Condition.clinicalStatus": (
        f"{TERMINOLOGY}condition-clinical",
        _set("active recurrence relapse inactive remission resolved"),
    ),
    "Condition.verificationStatus": (
        f"{TERMINOLOGY}condition-ver-status",
        _set("unconfirmed provisional differential confirmed refuted entered-in-error"),
    ),
}
