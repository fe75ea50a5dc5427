"""What caseload holds, as far as interop reads it. Only what becomes FHIR, a fact for the council or a return."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.interop.domain.gp_document import SurgeryShare

# What an owner says that FHIR has no element for and a return needs: codes, dates and minutes, never words.
Facts = dict[str, Any]


class Person(BaseModel):
    given_name: str
    family_name: str
    birth_on: date | None
    sex: str
    nhs_number: str | None
    nhs_number_status: str
    address_line: str | None
    postcode: str | None
    phone: str | None


class Client(Person):
    id: UUID
    team_id: UUID
    version: int


class Referral(Person):
    id: UUID
    team_id: UUID
    version: int
    reason: str
    urgency: str
    received_at: datetime
    referrer: str | None
    referrer_ods_code: str | None
    inbound_referral_id: UUID | None
    status: str
    not_taken_reason: str | None
    signpost: str | None
    client_id: UUID | None
    source: str | None = None
    need: str | None = None
    decided_at: datetime | None = None

    @property
    def facts(self) -> Facts:
        decided = self.decided_at.isoformat() if self.decided_at else None
        return {
            "source": self.source,
            "need": self.need,
            "not_taken_reason": self.not_taken_reason,
            "decided_at": decided,
        }


class Episode(BaseModel):
    id: UUID
    version: int
    referral_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID | None = None
    pathway: str
    status: str
    opened_on: date
    ended_on: date | None = None
    end_reason: str | None = None

    @property
    def facts(self) -> Facts:
        return {"pathway": self.pathway, "end_reason": self.end_reason}


class CareActFinding(BaseModel):
    outcome: str
    ability: str


class CareActPart(BaseModel):
    needs_from_impairment: bool
    findings: list[CareActFinding]
    significant_impact: bool


class Assessment(BaseModel):
    id: UUID
    version: int
    # Caseload has not always told of it.
    episode_of_care_id: UUID | None = None
    status: str
    assessed_on: date
    assessed_by: UUID | None
    what_matters: str
    care_act: CareActPart
    eligible: bool


class Problem(BaseModel):
    id: UUID
    version: int
    assessment_id: UUID
    code: str
    ownership: str
    type: str
    signs: list[str]
    words: str | None


class Rating(BaseModel):
    id: UUID
    problem_id: UUID
    occasion: str
    knowledge: int
    behavior: int
    status: int
    edition: str
    rated_by: UUID | None
    rated_at: datetime


class CarePlan(BaseModel):
    id: UUID
    version: int
    client_words: str
    ends_on: date
    status: str
    agreed_on: date | None
    written_by: UUID | None
    agreed_how: str | None = None
    reablement_from: date | None = None

    @property
    def facts(self) -> Facts:
        begins = self.reablement_from.isoformat() if self.reablement_from else None
        return {"agreed_how": self.agreed_how, "reablement_from": begins}


class Line(BaseModel):
    care_plan_id: UUID
    intervention: str | None
    words: str


class Goal(BaseModel):
    """Why one was given up is the team's own, and not read."""

    id: UUID
    version: int
    words: str
    status: str
    set_on: date
    settled_on: date | None


class CareContact(BaseModel):
    id: UUID
    version: int
    episode_of_care_id: UUID
    referral_id: UUID
    visit_id: UUID | None
    employee_id: UUID
    channel: str
    started_at: datetime
    minutes: int
    interventions: list[str] = []


class CareActivity(BaseModel):
    id: UUID
    care_contact_id: UUID
    activity_type: str
    minutes: int


class Wound(BaseModel):
    id: UUID
    # Caseload has not always told of it.
    episode_of_care_id: UUID | None = None
    site: str


class Measurement(BaseModel):
    id: UUID
    wound_id: UUID
    measured_at: datetime
    measured_by: UUID | None
    length_mm: int
    width_mm: int
    area_mm2: int


class NetworkPerson(BaseModel):
    """Somebody around the client. Without their own consent nobody outside is told of them."""

    id: UUID
    version: int
    name: str
    tie: str
    phone: str | None
    until_on: date | None
    consent_on: date | None
    withdrawn_on: date | None

    @property
    def consents(self) -> bool:
        return self.consent_on is not None

    @property
    def is_around(self) -> bool:
        """Still, and told of by their own consent. A last day lies in the past."""
        return self.consents and self.until_on is None

    @property
    def has_consented(self) -> bool:
        """Now, or until they withdrew it."""
        return self.consents or self.withdrawn_on is not None


class Cares(BaseModel):
    """That somebody of the network cares unpaid."""

    network_person_id: UUID


class Photo(BaseModel):
    id: UUID
    version: int
    wound_id: UUID
    taken_at: datetime
    size_bytes: int
    added_by: UUID | None


class ClientRecord(BaseModel):
    """The current state of one client's whole record; and whether their team's contacts go into a SystmOne unit."""

    client: Client
    referral: list[Referral]
    episode_of_care: list[Episode]
    assessment: list[Assessment]
    client_problem: list[Problem]
    ratings: list[Rating]
    care_plan: list[CarePlan]
    lines: list[Line]
    goal: list[Goal] = []
    care_contact: list[CareContact]
    activities: list[CareActivity]
    wound: list[Wound]
    measurements: list[Measurement]
    surgery_share: list[SurgeryShare] = []
    network_person: list[NetworkPerson] = []
    carer: list[Cares] = []
    photo: list[Photo] = []
    is_written_there: bool = False
