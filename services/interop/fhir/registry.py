"""Which resource types are served and how each is searched: one list for routes, search and CapabilityStatement."""

from dataclasses import dataclass

from fhirkit import RESOURCE_TYPES

from services.common.errors import NotFound

FHIR_VERSION = "4.0.1"
PREFIXES = "With the prefixes eq, ne, gt, ge, lt, le, sa and eb."
REFERENCE = "Type/{id} or the id alone; :identifier for what is known by an identifier."


@dataclass(frozen=True)
class SearchParameter:
    """A parameter as the FHIR R4 specification defines it for every type that has it here.

    `paths` lead to what it is about; `targets` are the served types that a reference can be to. What `names_a_person`
    is taken in the body of a search alone. All values are of the `system`, where there is one: that of an element with
    a code alone, which FHIR implies, or the system of the ContactPoints that are meant.
    """

    name: str
    type: str
    documentation: str
    paths: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    names_a_person: bool = False
    system: str | None = None


def _token(name: str, *paths: str, system: str | None = None) -> SearchParameter:
    of = None if system is None else f"http://hl7.org/fhir/{system}"
    return SearchParameter(name, "token", "system|code, code, |code or system|.", paths or (name,), system=of)


def _reference(name: str, path: str, *targets: str) -> SearchParameter:
    return SearchParameter(name, "reference", REFERENCE, (path,), targets)


def _date(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, "date", PREFIXES, paths)


def _person(name: str, kind: str, *paths: str, system: str | None = None) -> SearchParameter:
    about = "Tells who somebody is: in a POST to _search alone."
    return SearchParameter(name, kind, about, paths, names_a_person=True, system=system)


def _about(path: str) -> tuple[SearchParameter, ...]:
    return (_reference("patient", path, "Patient"), _reference("subject", path, "Patient"))


EVERY_TYPE = (
    SearchParameter("_id", "token", "The resource's id; several with commas."),
    SearchParameter("_lastUpdated", "date", "With the prefixes eq, ne, gt, ge, lt and le."),
    SearchParameter(
        "identifier",
        "token",
        "system|value, value, |value or system|. A person's, such as an NHS number, in a POST to _search alone.",
        ("identifier",),
    ),
)
PARAMETERS: dict[str, tuple[SearchParameter, ...]] = {
    "Appointment": (
        _reference("patient", "participant.actor", "Patient"),
        _reference("actor", "participant.actor", "Patient", "Practitioner"),
        _reference("practitioner", "participant.actor", "Practitioner"),
        _token("status", system="appointmentstatus"),
        _date("date", "start"),
    ),
    "CarePlan": (
        *_about("subject"),
        _token("status", system="request-status"),
        _token("intent", system="request-intent"),
        _date("date", "period"),
    ),
    "CareTeam": (
        *_about("subject"),
        _token("status", system="care-team-status"),
        _date("date", "period"),
        _reference("participant", "participant.member", "Practitioner", "RelatedPerson"),
    ),
    # That a council was told a fact which the client shares.
    "Communication": (
        *_about("subject"),
        _token("status", system="event-status"),
        _token("category"),
        _date("sent", "sent"),
        _reference("recipient", "recipient"),
        _reference("sender", "sender"),
    ),
    "Condition": (*_about("subject"), _token("clinical-status", "clinicalStatus"), _token("category"), _token("code")),
    "Consent": (
        _reference("patient", "patient", "Patient"),
        _token("status", system="consent-state-codes"),
        _token("scope"),
        _token("category"),
        _date("date", "dateTime"),
        _date("period", "provision.period"),
        _reference("organization", "organization"),
        _reference("actor", "provision.actor.reference"),
    ),
    # Of pictures of wounds, of which the outside is not shown the picture.
    "DocumentReference": (
        *_about("subject"),
        _token("status", system="document-reference-status"),
        _token("contenttype", "content.attachment.contentType"),
        _date("period", "context.period"),
        _reference("author", "author"),
    ),
    "Encounter": (
        *_about("subject"),
        _token("status", system="encounter-status"),
        _token("class"),
        _token("type"),
        _date("date", "period"),
        SearchParameter("length", "quantity", f"Amount, or amount|system|unit. {PREFIXES}", ("length",)),
        _reference("episode-of-care", "episodeOfCare", "EpisodeOfCare"),
        _reference("based-on", "basedOn", "ServiceRequest"),
        _reference("appointment", "appointment", "Appointment"),
        _reference("participant", "participant.individual", "Practitioner"),
        _reference("practitioner", "participant.individual", "Practitioner"),
        _reference("service-provider", "serviceProvider", "Organization"),
    ),
    "EpisodeOfCare": (
        _reference("patient", "patient", "Patient"),
        _token("status", system="episode-of-care-status"),
        _date("date", "period"),
        _reference("organization", "managingOrganization", "Organization"),
        _reference("care-manager", "careManager", "Practitioner"),
        _reference("incoming-referral", "referralRequest", "ServiceRequest"),
    ),
    # Something late that somebody of the team has to know of, until they say that they do.
    "Flag": (
        *_about("subject"),
        _token("status", system="flag-status"),
        _token("category"),
        _token("code"),
        _date("date", "period"),
        _reference("author", "author"),
    ),
    "Goal": (
        *_about("subject"),
        _token("lifecycle-status", "lifecycleStatus", system="goal-status"),
        _token("achievement-status", "achievementStatus"),
        _date("start-date", "startDate"),
    ),
    "Observation": (
        *_about("subject"),
        _token("status", system="observation-status"),
        _token("category"),
        _token("code"),
        _token("component-code", "component.code"),
        _date("date", "effectiveDateTime"),
        SearchParameter(
            "component-value-quantity",
            "quantity",
            f"Amount, or amount|system|unit. {PREFIXES}",
            ("component.valueQuantity",),
        ),
        _reference("performer", "performer", "Practitioner"),
    ),
    # A team; the provider that it is a part of is known by its ODS code alone.
    "Organization": (
        _token("active"),
        _token("type"),
        SearchParameter("name", "string", "How it begins; with :exact the whole.", ("name",)),
        _reference("partof", "partOf"),
    ),
    "Patient": (
        _token("active"),
        _token("gender", system="administrative-gender"),
        _person("birthdate", "date", "birthDate"),
        _person("name", "string", "name.family", "name.given"),
        _person("family", "string", "name.family"),
        _person("given", "string", "name.given"),
        _person("address-postalcode", "string", "address.postalCode"),
        _person("phone", "token", "telecom", system="phone"),
    ),
    "Practitioner": (
        _person("name", "string", "name.family", "name.given"),
        _person("family", "string", "name.family"),
        _person("given", "string", "name.given"),
    ),
    "PractitionerRole": (
        _reference("practitioner", "practitioner", "Practitioner"),
        _reference("organization", "organization", "Organization"),
        _token("role", "code"),
        _date("date", "period"),
    ),
    # Of a version that a partner's system wrote.
    "Provenance": (
        _reference("patient", "target", "Patient"),
        _reference("target", "target", "Encounter", "ServiceRequest", "Task"),
        _reference("agent", "agent.who"),
        _date("recorded", "recorded"),
    ),
    "RelatedPerson": (
        _reference("patient", "patient", "Patient"),
        _token("active"),
        _token("relationship"),
        _person("name", "string", "name.text"),
        _person("phone", "token", "telecom", system="phone"),
    ),
    "QuestionnaireResponse": (
        *_about("subject"),
        _token("status", system="questionnaire-answers-status"),
        _date("authored", "authored"),
        _reference("author", "author"),
    ),
    "ServiceRequest": (
        *_about("subject"),
        _token("status", system="request-status"),
        _token("intent", system="request-intent"),
        _token("priority", system="request-priority"),
        _token("code"),
        _date("authored", "authoredOn"),
        _reference("requester", "requester", "Practitioner"),
        _reference("performer", "performer", "Organization"),
    ),
    # What was asked of a service outside.
    "Task": (
        *_about("for"),
        _token("status", system="task-status"),
        _token("intent", system="task-intent"),
        _token("code"),
        _date("authored-on", "authoredOn"),
        _date("modified", "lastModified"),
        _date("period", "executionPeriod"),
        _reference("requester", "requester"),
        _reference("owner", "owner", "Organization"),
    ),
}


@dataclass(frozen=True)
class ServedType:
    name: str
    parameters: tuple[SearchParameter, ...]
    # UK Core has profiles of what is in a record.
    is_record: bool = True

    def parameter(self, name: str) -> SearchParameter | None:
        return next((known for known in self.parameters if known.name == name), None)

    def references(self) -> tuple[SearchParameter, ...]:
        """The parameters that lead to another served resource."""
        return tuple(known for known in self.parameters if known.targets)


SERVED = {name: ServedType(name, (*EVERY_TYPE, *own)) for name, own in PARAMETERS.items()}


# Who read a patient's record here, from this service's own audit trail.
AUDIT_EVENT = ServedType(
    "AuditEvent",
    (
        SearchParameter("patient", "reference", "Patient/{id} or the id alone.", targets=("Patient",)),
        SearchParameter("date", "date", "With the prefixes eq, ne, gt, ge, lt and le."),
    ),
    is_record=False,
)


# Of the system that asks alone, and narrowed by nothing.
SUBSCRIPTION = ServedType("Subscription", (), is_record=False)


# What the versions of a resource, and everything of a patient, are narrowed by.
OF_VERSIONS = ServedType(
    "versions", (SearchParameter("_since", "date", "Changed at this instant, or since."),), is_record=False
)


class TypeNotServed(NotFound):
    way_out = "See /fhir/R4/metadata for the resource types that are served."

    def __init__(self) -> None:
        super().__init__("resource type")


def known(resource_type: str) -> None:
    """Raises `TypeNotServed` for what is no type of FHIR R4."""
    if resource_type not in RESOURCE_TYPES:
        raise TypeNotServed


def served(resource_type: str) -> ServedType:
    """Raises `TypeNotServed`."""
    known = SERVED.get(resource_type)
    if known is None:
        raise TypeNotServed
    return known
