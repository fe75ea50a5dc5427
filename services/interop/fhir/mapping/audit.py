"""A row of the audit trail as an AuditEvent: of one patient, whoever else was in the same list."""

from typing import Any
from uuid import UUID

from services.interop.fhir import registry
from services.interop.fhir.mapping import parts

REST = {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"}
INTERACTION = "http://hl7.org/fhir/restful-interaction"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
PURPOSE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PERSONA = "https://heatshield.uk/CodeSystem/persona"
CALLER = "https://heatshield.uk/Id/caller"
INTERACTIONS = {"C": "create", "R": "read", "U": "update", "D": "delete", "E": "search-type"}
PATIENT_ROLE, RESOURCE_ROLE = "1", "4"
IP_ADDRESS = "2"


def audit_event(row: Any, client_id: UUID) -> parts.Content:
    """No name is in it: people are known by the ids of their employer's system."""
    event: parts.Content = {
        "resourceType": "AuditEvent",
        "id": str(row.seq),
        "type": REST,
        "subtype": [{"system": INTERACTION, "code": _interaction(row)}],
        "action": row.action,
        "recorded": parts.instant(row.at),
        "outcome": str(row.outcome),
        "purposeOfEvent": [parts.coded(PURPOSE, row.purpose)],
        "agent": list(_agents(row)),
        "source": {"observer": {"display": "Heatshield interop"}},
        "entity": [_entity(parts.patient(client_id), PATIENT_ROLE), *_resources(row)],
    }
    return event | ({"outcomeDesc": row.reason_code} if row.reason_code else {})


def _interaction(row: Any) -> str:
    is_fhir_search = row.action != "E" or "{resource_type}" in row.operation
    return INTERACTIONS[row.action] if is_fhir_search else "operation"


def _agents(row: Any) -> list[parts.Content]:
    """Who asked, and the service that asked for them."""
    asked = {"role": [parts.coded(PERSONA, row.persona)], "requestor": True}
    if row.source_address:
        asked["network"] = {"address": row.source_address, "type": IP_ADDRESS}
    if row.acting_for is None:
        return [{"who": _who(row.subject), **asked}]
    return [{"who": _who(row.acting_for), **asked}, {"who": _who(row.subject), "requestor": False}]


def _who(subject: str) -> parts.Content | None:
    try:
        return parts.employee(UUID(subject))
    except ValueError:
        return {"identifier": {"system": CALLER, "value": subject}}


def _entity(what: parts.Content, role: str) -> parts.Content:
    return {"what": what, "role": {"system": ROLE, "code": role}}


def _resources(row: Any) -> list[parts.Content]:
    if row.entity_id is None or row.entity_type not in registry.SERVED or row.entity_type == "Patient":
        return []
    return [_entity(parts.reference(row.entity_type, row.entity_id), RESOURCE_ROLE)]
