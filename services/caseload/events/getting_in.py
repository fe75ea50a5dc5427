"""A person comes into care, goes on in it, and out of it: what the others are told."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

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


class NhsNumberChanged(Event):
    """A client's NHS number, or how far it can be relied on, is another now. The number itself is asked for."""

    name: ClassVar[str] = "caseload.nhs_number.changed.v1"

    client_id: UUID
    team_id: UUID
    nhs_number_status: str


class AcuityReviewCompleted(Event):
    """The team said how heavy its whole caseload is: how many clients, and the sum of their scores from 1 to 5."""

    name: ClassVar[str] = "caseload.acuity_review.completed.v1"

    acuity_review_id: UUID
    team_id: UUID
    reviewed_on: date
    clients: int
    total: int
