"""Which resource types are served and how each is searched: one list for routes, search and CapabilityStatement."""

from dataclasses import dataclass

from services.common.errors import NotFound

FHIR_VERSION = "4.0.1"


@dataclass(frozen=True)
class SearchParameter:
    """A parameter as the FHIR R4 specification defines it for every type that has it here."""

    name: str
    type: str
    documentation: str


EVERY_TYPE = (
    SearchParameter("_id", "token", "The resource's id; several with commas."),
    SearchParameter("_lastUpdated", "date", "With the prefixes eq, ne, gt, ge, lt and le."),
    SearchParameter(
        "identifier",
        "token",
        "system|value, value, |value or system|. A person's, such as an NHS number, in a POST to _search alone.",
    ),
)
OF_A_PATIENT = SearchParameter("patient", "reference", "Patient/{id} or the id alone.")


@dataclass(frozen=True)
class ServedType:
    name: str
    parameters: tuple[SearchParameter, ...]
    # UK Core has profiles of what is in a record.
    is_record: bool = True

    def has(self, parameter: str) -> bool:
        return any(parameter == known.name for known in self.parameters)


SERVED = {
    name: ServedType(name, EVERY_TYPE if name == "Patient" else (*EVERY_TYPE, OF_A_PATIENT))
    for name in (
        "Appointment",
        "CarePlan",
        "Condition",
        "Encounter",
        "EpisodeOfCare",
        "Observation",
        "Patient",
        "ServiceRequest",
    )
}


# Who read a patient's record here, from this service's own audit trail.
AUDIT_EVENT = ServedType(
    "AuditEvent",
    (OF_A_PATIENT, SearchParameter("date", "date", "With the prefixes eq, ne, gt, ge, lt and le.")),
    is_record=False,
)


class TypeNotServed(NotFound):
    way_out = "See /fhir/R4/metadata for the resource types that are served."

    def __init__(self) -> None:
        super().__init__("resource type")


def served(resource_type: str) -> ServedType:
    """Raises `TypeNotServed`."""
    known = SERVED.get(resource_type)
    if known is None:
        raise TypeNotServed
    return known
