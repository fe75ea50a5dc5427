"""Who works for the teams, and who is around a client, as far as each of them is told of outside."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.interop.domain.colleague import Colleague, Membership
from services.interop.domain.record import Episode, NetworkPerson
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource

RELATED_PERSON = "RelatedPerson"
# What says who somebody is. They are told of by their name, or not at all.
NAMING = ("name", "telecom", "relationship")
TEAM_STATUS = {"active": "active", "onhold": "suspended", "finished": "inactive"}
# HL7 v3 RoleCode; who the others are to the client is said in words alone.
TIES = {
    "partner": "SIGOTHR",
    "child": "CHILD",
    "parent": "PRN",
    "sibling": "SIB",
    "relative": "FAMMEMB",
    "friend": "FRND",
    "neighbour": "NBOR",
}


def organization(team_id: UUID, name: str | None, provider: str) -> Content:
    """A team, a part of the provider with this ODS code. A team has no ODS code of its own."""
    return resource(
        "Organization",
        team_id,
        identifier=[{"system": systems.TEAM, "value": str(team_id)}],
        active=True,
        type=[parts.coded(systems.ORGANIZATION_TYPE, "team", "Self-led neighbourhood care team")],
        name=name,
        partOf=parts.known_as("Organization", systems.ODS_CODE, provider) if provider else None,
    )


def practitioner(colleague: Colleague) -> Content:
    """Names alone. Nobody holds a registration number, so that none is told."""
    return resource(
        "Practitioner",
        colleague.id,
        identifier=[{"system": systems.EMPLOYEE, "value": str(colleague.id)}],
        name=[{"use": "official", "family": colleague.family_name, "given": [colleague.given_name]}],
    )


def practitioner_role(membership: Membership, employee_id: UUID) -> Content:
    """A place in a team. Whether it holds today is for its period to say, which does not grow old."""
    return resource(
        "PractitionerRole",
        membership.id,
        period=_between(membership.from_on, membership.until_on),
        practitioner=parts.employee(employee_id),
        organization=parts.team(membership.team_id),
        code=[parts.coded(systems.STAFF_ROLE, membership.role, parts.plain(membership.role))],
    )


def care_team(episode: Episode, carers: Collection[NetworkPerson], client_id: UUID, team_id: UUID) -> Content:
    """Who cares in one episode: the named nurse and the deputy as they are now, and unpaid carers who agree to it."""
    staff = {"named_nurse": episode.named_nurse_id, "deputy": episode.deputy_id}
    participants = [
        {"role": [_role(role)], "member": parts.employee(employee_id), "onBehalfOf": parts.team(team_id)}
        for role, employee_id in staff.items()
        if employee_id is not None
    ]
    participants += [
        {"role": [_role("unpaid_carer")], "member": parts.reference("RelatedPerson", person.id)}
        for person in carers
        if person.is_around
    ]
    return resource(
        "CareTeam",
        episode.id,
        status=TEAM_STATUS[episode.status],
        subject=parts.patient(client_id),
        period=_between(episode.opened_on, episode.ended_on),
        participant=participants,
        managingOrganization=[parts.team(team_id)],
    )


def related_person(person: NetworkPerson, client_id: UUID, *, cares: bool) -> Content:
    """Somebody around the client who agreed to be told of; once they no longer do, who they are goes."""
    phone = [{"system": "phone", "value": person.phone}] if person.phone else None
    return resource(
        "RelatedPerson",
        person.id,
        active=person.is_around,
        patient=parts.patient(client_id),
        relationship=_relationship(person.tie, cares=cares) if person.consents else None,
        name=[{"text": person.name}] if person.consents else None,
        telecom=phone if person.consents else None,
        period={"end": person.until_on.isoformat()} if person.until_on else None,
    )


def as_agreed(version: Content, now: Content) -> Content:
    """A version of a RelatedPerson as far as they agree to it now: without who they are, where they do no longer."""
    if NAMING[0] in now:
        return version
    return {name: value for name, value in version.items() if name not in NAMING}


def _relationship(tie: str, *, cares: bool) -> list[Content]:
    words = parts.plain(tie)
    found = [parts.coded(systems.ROLE_CODE, TIES[tie], words) if tie in TIES else {"text": words}]
    return [*found, _role("unpaid_carer")] if cares else found


def _role(role: str) -> Content:
    return parts.coded(systems.CARE_TEAM_ROLE, role, parts.plain(role))


def _between(start: date, end: date | None) -> Content:
    return {"start": start.isoformat(), **({"end": end.isoformat()} if end else {})}
