"""Who wrote a version of a resource: the partner's system, for which organisation, by which message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.interop.domain.resource import Projected
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts

OPERATIONS = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
AGENTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def of_write(
    item: Projected, *, is_new: bool, system: str, ods_code: str | None, message_id: UUID, at: datetime
) -> Projected:
    """The message is named by the id that it is kept by."""
    agent: dict[str, Any] = {
        "type": parts.coded(AGENTS, "author"),
        "who": parts.known_as("Device", systems.SYSTEM, system),
    }
    if ods_code is not None:
        agent["onBehalfOf"] = parts.known_as("Organization", systems.ODS_CODE, ods_code)
    message = {"system": systems.URN, "value": f"urn:uuid:{message_id}"}
    content = parts.resource(
        "Provenance",
        uuid7(),
        target=[parts.reference(item.resource_type, item.resource_id)],
        recorded=parts.instant(at),
        activity=parts.coded(OPERATIONS, "CREATE" if is_new else "UPDATE"),
        agent=[agent],
        entity=[{"role": "source", "what": {"identifier": message}}],
    )
    return parts.projected(content, team_id=item.team_id, client_id=item.client_id, owner_version=1)
