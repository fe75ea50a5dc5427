"""The pieces that several resources are made of."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.interop.domain.resource import Projected
from services.interop.fhir import systems

Content = dict[str, Any]


def resource(resource_type: str, resource_id: UUID, **elements: Any) -> Content:
    """A resource under its UK Core profile. An element without a value is left out, as FHIR asks."""
    head = {
        "resourceType": resource_type,
        "id": str(resource_id),
        "meta": {"profile": [systems.profile(resource_type)]},
    }
    return head | {name: value for name, value in elements.items() if value not in (None, [], {})}


def projected(
    content: Content,
    *,
    team_id: UUID,
    client_id: UUID | None,
    owner_version: int,
    facts: Content | None = None,
) -> Projected:
    return Projected(
        resource_type=content["resourceType"],
        resource_id=UUID(content["id"]),
        team_id=team_id,
        client_id=client_id,
        owner_version=owner_version,
        content=content,
        facts=facts,
    )


def reference(resource_type: str, resource_id: UUID) -> Content:
    return {"reference": f"{resource_type}/{resource_id}"}


def patient(client_id: UUID) -> Content:
    return reference("Patient", client_id)


def known_as(resource_type: str, system: str, value: object) -> Content:
    """A reference to something that is not served here, by an identifier alone."""
    return {"type": resource_type, "identifier": {"system": system, "value": str(value)}}


def employee(employee_id: UUID | None) -> Content | None:
    return None if employee_id is None else _served("Practitioner", employee_id, systems.EMPLOYEE)


def team(team_id: UUID) -> Content:
    return _served("Organization", team_id, systems.TEAM)


def _served(resource_type: str, resource_id: UUID, system: str) -> Content:
    """A reference by address, and by the identifier that a partner knows it by."""
    return reference(resource_type, resource_id) | known_as(resource_type, system, resource_id)


def coded(system: str, code: str, text: str | None = None) -> Content:
    concept: Content = {"coding": [{"system": system, "code": code}]}
    return concept if text is None else {**concept, "text": text}


def plain(code: str) -> str:
    """`end_of_life` as people write it."""
    return code.replace("_", " ").capitalize()


def instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
