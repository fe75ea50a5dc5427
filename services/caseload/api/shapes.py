"""What caseload answers with. Explicit, so that a new column never leaks by itself."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.common.types import Answer


class PersonShape(Answer):
    given_name: str
    family_name: str
    birth_on: date | None
    sex: str
    nhs_number: str | None
    nhs_number_status: str
    address_line: str | None
    postcode: str | None
    phone: str | None


class ReferralShape(PersonShape):
    id: UUID
    team_id: UUID
    version: int
    source: str
    kind: str
    reason: str
    urgency: str
    answer_due_at: datetime | None
    received_at: datetime
    health_need: bool
    need: str | None
    referrer: str | None
    referrer_ods_code: str | None
    referrer_phone: str | None
    referral_link_id: UUID | None
    consent_at: datetime | None
    inbound_referral_id: UUID | None
    status: str
    decided_at: datetime | None
    decided_by: UUID | None
    decision_id: UUID | None
    urgent_reason: str | None
    not_taken_reason: str | None
    signpost: str | None
    client_id: UUID | None
    criteria_id: UUID | None


class QuestionShape(Answer):
    id: UUID
    referral_id: UUID
    words: str
    asked_by: UUID | None
    asked_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    recorded_by: UUID | None


class ClientShape(PersonShape):
    id: UUID
    team_id: UUID
    version: int


class KnownPerson(Answer):
    """Whom the team knows, to be compared."""

    id: UUID
    given_name: str
    family_name: str
    birth_on: date | None
    nhs_number: str | None
    address_line: str | None
    postcode: str | None


class EpisodeShape(Answer):
    id: UUID
    client_id: UUID
    team_id: UUID
    version: int
    referral_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    pathway: str
    status: str
    opened_on: date
    paused_on: date | None
    pause_reason: str | None
    ended_on: date | None
    end_reason: str | None
    safety_net: str | None
    ring: str | None
    come_back: str | None
    sub_team: str | None
    lead_role: str | None
    lead_organisation: str | None
    lead_contact: str | None
    lead_since_on: date | None


class RatingShape(Answer):
    id: UUID
    problem_id: UUID
    occasion: str
    knowledge: int
    behavior: int
    status: int
    edition: str
    rated_by: UUID | None
    rated_at: datetime


class ProblemShape(Answer):
    id: UUID
    version: int
    assessment_id: UUID
    code: str
    ownership: str
    type: str
    signs: list[str]
    words: str | None


class AssessmentShape(Answer):
    id: UUID
    client_id: UUID
    version: int
    assessed_on: date
    assessed_by: UUID | None
    status: str
    what_matters: str
    care_act: dict[str, Any]
    eligible: bool
    carer: str | None
    home: str | None
    money: str | None
    capacity: str | None


class LineShape(Answer):
    id: UUID
    care_plan_id: UUID
    domain: str
    intervention: str | None
    words: str
    written_by: UUID | None
    # What stands beside these words until somebody settles it.
    conflict_id: UUID | None = None
    had_conflict: bool = False


class CarePlanShape(Answer):
    id: UUID
    client_id: UUID
    version: int
    client_words: str
    expected_visits: int
    ends_on: date
    reablement_from: date | None
    status: str
    agreed_how: str | None
    agreed_on: date | None
    written_by: UUID | None
    who_to_call_conflict_id: UUID | None = None


class CareActivityShape(Answer):
    id: UUID
    care_contact_id: UUID
    activity_type: str
    minutes: int


class CareContactShape(Answer):
    id: UUID
    client_id: UUID
    version: int
    episode_of_care_id: UUID
    referral_id: UUID
    visit_id: UUID | None
    employee_id: UUID
    recorded_by: UUID | None
    channel: str
    started_at: datetime
    minutes: int
    interventions: list[str]


class NoteShape(Answer):
    """`received_at` is by the server's clock, `written_at` by whoever wrote it, who may have had no signal."""

    id: UUID
    care_contact_id: UUID
    words: str
    written_by: UUID | None
    written_at: datetime
    received_at: datetime | None
    amends_id: UUID | None


class MeasurementShape(Answer):
    id: UUID
    wound_id: UUID
    measured_at: datetime
    measured_by: UUID | None
    length_mm: int
    width_mm: int
    area_mm2: int


class WoundShape(Answer):
    id: UUID
    client_id: UUID
    version: int
    site: str


class PhotoShape(Answer):
    """`sha256` is of what was sent; what is kept is smaller or larger, for it was written anew."""

    id: UUID
    client_id: UUID
    version: int
    wound_id: UUID
    taken_at: datetime
    agreed_how: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    added_by: UUID | None


class MedicineShape(Answer):
    id: UUID
    client_id: UUID
    team_id: UUID
    version: int
    replaces_id: UUID | None
    drug: str
    snomed_code: str | None
    dose: str
    route: str
    times: list[str]
    every_days: int
    purpose: str | None
    minimum_interval_minutes: int | None
    maximum_in_24_hours: int | None
    time_critical: bool
    window_minutes: int | None
    starts_on: date
    ends_on: date | None
    stock_unit: str | None
    stock_per_dose: int | None
    stock: int | None
    added_by: UUID | None
    stopped_at: datetime | None
    stopped_by: UUID | None
    stop_reason: str | None


class SurgeryNoteShape(Answer):
    """What the team and the client's surgery wrote to each other; `side` says which."""

    id: UUID
    ods_code: str
    side: str
    words: str
    written_by: str
    author_role: str
    written_at: datetime
    amends_id: UUID | None
    seen_at: datetime | None
