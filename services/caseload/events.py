"""What caseload tells the others. Additive changes only; a breaking change is a new version beside the old."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.common.events import Event


class ReferralReceived(Event):
    name: ClassVar[str] = "caseload.referral.received.v1"

    referral_id: UUID
    team_id: UUID
    source: str
    urgency: str
    received_at: datetime
    inbound_referral_id: UUID | None


class ReferralAccepted(Event):
    name: ClassVar[str] = "caseload.referral.accepted.v1"

    referral_id: UUID
    team_id: UUID
    client_id: UUID
    episode_of_care_id: UUID
    decision_id: UUID | None
    received_at: datetime
    accepted_at: datetime
    inbound_referral_id: UUID | None


class ReferralNotTaken(Event):
    name: ClassVar[str] = "caseload.referral.not_taken.v1"

    referral_id: UUID
    team_id: UUID
    source: str
    reason: str
    received_at: datetime
    decided_at: datetime
    inbound_referral_id: UUID | None


class EpisodeOfCareOpened(Event):
    name: ClassVar[str] = "caseload.episode_of_care.opened.v1"

    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    referral_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    pathway: str
    opened_on: date


class EpisodeOfCarePaused(Event):
    name: ClassVar[str] = "caseload.episode_of_care.paused.v1"

    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    reason: str
    since_on: date


class EpisodeOfCareResumed(Event):
    name: ClassVar[str] = "caseload.episode_of_care.resumed.v1"

    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    since_on: date


class EpisodeOfCareDischarged(Event):
    name: ClassVar[str] = "caseload.episode_of_care.discharged.v1"

    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    reason: str
    since_on: date


class NamedNurseChanged(Event):
    """A client was handed on to another named nurse or deputy."""

    name: ClassVar[str] = "caseload.named_nurse.changed.v1"
    key: ClassVar[tuple[str, ...]] = ("episode_of_care_id", "changed_on")

    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    reason: str
    changed_on: date


class AssessmentCompleted(Event):
    name: ClassVar[str] = "caseload.assessment.completed.v1"

    assessment_id: UUID
    client_id: UUID
    team_id: UUID
    problem_codes: list[str]
    care_act_eligible: bool
    assessed_on: date


class OmahaRatingRecorded(Event):
    name: ClassVar[str] = "caseload.omaha_rating.recorded.v1"
    key: ClassVar[tuple[str, ...]] = ("rating_id",)

    rating_id: UUID
    problem_id: UUID
    client_id: UUID
    team_id: UUID
    code: str
    occasion: str
    knowledge: int
    behavior: int
    status: int
    edition: str
    rated_at: datetime


class CarePlanAgreed(Event):
    name: ClassVar[str] = "caseload.care_plan.agreed.v1"

    care_plan_id: UUID
    client_id: UUID
    episode_of_care_id: UUID
    team_id: UUID
    expected_visits: int
    ends_on: date
    agreed_on: date


class CarePlanChanged(Event):
    name: ClassVar[str] = "caseload.care_plan.changed.v1"
    key: ClassVar[tuple[str, ...]] = ("line_id",)

    care_plan_id: UUID
    line_id: UUID
    client_id: UUID
    team_id: UUID
    domain: str
    intervention: str | None
    plan_version: int
    changed_at: datetime


class ReablementAgreed(Event):
    name: ClassVar[str] = "caseload.reablement.agreed.v1"

    care_plan_id: UUID
    client_id: UUID
    episode_of_care_id: UUID
    team_id: UUID
    starts_on: date


class Segment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    care_activity_id: UUID
    activity_type: str
    minutes: int


class CareContactRecorded(Event):
    name: ClassVar[str] = "caseload.care_contact.recorded.v1"

    care_contact_id: UUID
    client_id: UUID
    episode_of_care_id: UUID
    referral_id: UUID
    team_id: UUID
    visit_id: UUID | None
    employee_id: UUID
    channel: str
    started_at: datetime
    minutes: int
    segments: list[Segment]


class WoundMeasured(Event):
    name: ClassVar[str] = "caseload.wound.measured.v1"
    key: ClassVar[tuple[str, ...]] = ("measurement_id",)

    wound_id: UUID
    measurement_id: UUID
    client_id: UUID
    team_id: UUID
    area_mm2: int
    measured_at: datetime


class BreakGlassOpened(Event):
    """To the client's team: somebody of another team may read the record, and the team is to say whether rightly."""

    name: ClassVar[str] = "caseload.break_glass.opened.v1"

    break_glass_id: UUID
    client_id: UUID
    team_id: UUID
    opened_by: UUID
    reason_code: str
    opened_at: datetime
    expires_at: datetime
    review_due_at: datetime


class IncidentRaised(Event):
    """Something happened that must not happen; what kind of thing, its id says where to read about it."""

    name: ClassVar[str] = "caseload.incident.raised.v1"

    incident_id: UUID
    kind: str
    client_id: UUID
    team_id: UUID
    medicine_id: UUID
    raised_at: datetime


class HandoverSent(Event):
    """To a service outside, which has to accept it by the deadline."""

    name: ClassVar[str] = "caseload.handover.sent.v1"

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    sent_at: datetime
    accept_by: datetime


class HandoverAccepted(Event):
    name: ClassVar[str] = "caseload.handover.accepted.v1"

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    sent_at: datetime
    accepted_at: datetime


class HandoverExpired(Event):
    """A warning to the nurse on call: nobody accepted it in time, so the client is still the team's tonight."""

    name: ClassVar[str] = "caseload.handover.expired.v1"

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    on_call_id: UUID
    sent_at: datetime
    accept_by: datetime
    expired_at: datetime


class HandoverReturned(Event):
    name: ClassVar[str] = "caseload.handover.returned.v1"

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    sent_at: datetime
    accepted_at: datetime | None
    returned_at: datetime


class AcuityReviewCompleted(Event):
    """The team said how heavy its whole caseload is: how many clients, and the sum of their scores from 1 to 5."""

    name: ClassVar[str] = "caseload.acuity_review.completed.v1"

    acuity_review_id: UUID
    team_id: UUID
    reviewed_on: date
    clients: int
    total: int


class OfAlert(BaseModel):
    alert_id: UUID
    kind: str
    client_id: UUID
    team_id: UUID
    raised_at: datetime


class AlertRaised(OfAlert, Event):
    """Somebody was told of something that is late; which client's it is, and what, its ids say."""

    name: ClassVar[str] = "caseload.alert.raised.v1"

    subject_id: UUID


class AlertEscalated(OfAlert, Event):
    name: ClassVar[str] = "caseload.alert.escalated.v1"

    escalated_at: datetime
    escalations: int


class AlertAcknowledged(OfAlert, Event):
    name: ClassVar[str] = "caseload.alert.acknowledged.v1"

    acknowledged_at: datetime


class OfTest(BaseModel):
    test_id: UUID
    client_id: UUID
    team_id: UUID
    kind: str
    take_by: date


class ClinicalTestRequested(OfTest, Event):
    name: ClassVar[str] = "caseload.test.requested.v1"


class ClinicalTestTaken(OfTest, Event):
    name: ClassVar[str] = "caseload.test.taken.v1"

    taken_on: date


class ClinicalTestCancelled(OfTest, Event):
    name: ClassVar[str] = "caseload.test.cancelled.v1"

    cancelled_on: date


class IntroductionChanged(Event):
    """A client was introduced to an asset of the village and wanted it: social prescribing, as it stands now."""

    name: ClassVar[str] = "caseload.introduction.changed.v1"

    introduction_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    accepted_on: date
    introduced_by: UUID | None
