"""What an agent is told of one contact: in our words and published codes, for what SystmOne calls it is the trust's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.common.types import ENGLAND
from services.interop.fhir import omaha
from services.interop.partners.patients import nhs_number

Content = dict[str, Any]
# A contact in person is one at the client's home, as FHIR's class HH and the CSDS say of it too.
PLACES = {"in_person": "home"}


@dataclass(frozen=True)
class Patient:
    """Two things to find somebody by, and one to see that it is them."""

    nhs_number: str
    birth_on: date
    family_name: str


@dataclass(frozen=True)
class Writer:
    """Who made the contact. Of somebody whom hr has not told of there is an id alone; nobody's registration is held."""

    employee_id: UUID
    given_name: str | None = None
    family_name: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Spent:
    activity_type: str
    minutes: int


@dataclass(frozen=True)
class Coded:
    """A code of the Omaha System with its term; of another edition than ours there is no term."""

    code: str
    term: str | None


@dataclass(frozen=True)
class Contact:
    """One contact as it is to be written. `started_at` has the offset that England had then."""

    patient: Patient
    started_at: datetime
    minutes: int
    channel: str
    place: str | None
    activities: Sequence[Spent]
    by: Writer
    omaha_edition: str
    problems: Sequence[Coded]
    interventions: Sequence[Coded]


@dataclass(frozen=True)
class Sources:
    """What is held of the contact, as FHIR, and what its owner says beside it."""

    patient: Content
    encounter: Content
    facts: Content
    conditions: Sequence[Content]
    practitioner: Content | None
    place: Content | None


def contact(held: Sources) -> Contact:
    """The contact of a client whose number is verified."""
    (name,) = held.patient["name"]
    patient = Patient(nhs_number(held.patient) or "", date.fromisoformat(held.patient["birthDate"]), name["family"])
    started_at = datetime.fromisoformat(held.encounter["period"]["start"]).astimezone(ENGLAND)
    channel = held.facts["channel"]
    return Contact(
        patient=patient,
        started_at=started_at,
        minutes=held.encounter["length"]["value"],
        channel=channel,
        place=PLACES.get(channel),
        activities=[Spent(one["type"], one["minutes"]) for one in held.facts["activities"]],
        by=_writer(held),
        omaha_edition=omaha.EDITION,
        problems=[_problem(one) for one in held.conditions],
        interventions=[Coded(one, omaha.intervention(one)) for one in held.facts.get("interventions", ())],
    )


def writer_id(encounter: Content) -> UUID:
    """Who made the contact, by the organisation's own staff id."""
    (participant,) = encounter["participant"]
    return UUID(participant["individual"]["identifier"]["value"])


def _writer(held: Sources) -> Writer:
    employee_id = writer_id(held.encounter)
    if held.practitioner is None:
        return Writer(employee_id)
    (name,) = held.practitioner["name"]
    role = held.place["code"][0]["coding"][0]["code"] if held.place else None
    return Writer(employee_id, name["given"][0], name["family"], role)


def _problem(condition: Content) -> Coded:
    coding = condition["code"]["coding"][0]
    return Coded(coding["code"], coding.get("display"))
