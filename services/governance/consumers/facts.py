"""What the others tell of care, its cost and reablement: facts that are measured and put on an agenda."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription
from services.governance import usecases
from services.governance.domain.fact import ReferralOutcome


class OfClient(BaseModel):
    client_id: UUID
    team_id: UUID


class ReceivedReferral(BaseModel):
    referral_id: UUID
    team_id: UUID
    received_at: datetime


class AcceptedReferral(ReceivedReferral):
    accepted_at: datetime


class NotTakenReferral(ReceivedReferral):
    reason: str
    decided_at: datetime


class OpenedEpisode(OfClient):
    episode_of_care_id: UUID
    opened_on: date


class DischargedEpisode(OfClient):
    episode_of_care_id: UUID
    since_on: date


class RecordedRating(OfClient):
    rating_id: UUID
    problem_id: UUID
    status: int
    rated_at: datetime


class AgreedPlan(OfClient):
    care_plan_id: UUID
    episode_of_care_id: UUID
    ends_on: date


class ChangedPlan(OfClient):
    care_plan_id: UUID
    changed_at: datetime


class Reablement(OfClient):
    reablement_id: UUID
    last_free_day_on: date


class StartedReablement(Reablement):
    episode_of_care_id: UUID
    started_on: date


class EndingReablement(Reablement):
    decision_due_on: date


class AskedAssessment(Reablement):
    asked_on: date


class CompletedAssessment(OfClient):
    assessment_id: UUID
    care_act_eligible: bool
    assessed_on: date


class Segment(BaseModel):
    care_activity_id: UUID
    activity_type: str
    minutes: int


class RecordedContact(OfClient):
    care_contact_id: UUID
    started_at: datetime
    segments: list[Segment]


class DoneVisit(OfClient):
    visit_id: UUID
    starts_at: datetime


class OpenedBreakGlass(OfClient):
    break_glass_id: UUID
    opened_at: datetime


class RaisedIncident(OfClient):
    incident_id: UUID
    raised_at: datetime


class ConflictedPlan(OfClient):
    conflict_id: UUID
    opened_at: datetime


class OpenedConflict(ConflictedPlan):
    kind: str


class SentHandover(OfClient):
    handover_id: UUID
    sent_at: datetime


class AcceptedHandover(SentHandover):
    accepted_at: datetime


class ExpiredHandover(SentHandover):
    expired_at: datetime


class DeclinedHandover(SentHandover):
    """Nobody will accept it any more: to the measure it is as one whose deadline has passed."""

    expired_at: datetime = Field(validation_alias="declined_at")


class ReturnedHandover(SentHandover):
    accepted_at: datetime | None
    returned_at: datetime


class RaisedAlert(OfClient):
    alert_id: UUID
    raised_at: datetime


class EscalatedAlert(RaisedAlert):
    escalated_at: datetime


class AcknowledgedAlert(RaisedAlert):
    acknowledged_at: datetime


class CostedActivity(BaseModel):
    care_contact_id: UUID
    team_id: UUID
    cost_pence: int | None
    costed_at: datetime


async def referral_received(tx: Transaction, fact: ReceivedReferral) -> None:
    await usecases.remember_referral(tx, fact.referral_id, fact.team_id, fact.received_at)


async def referral_accepted(tx: Transaction, fact: AcceptedReferral) -> None:
    await usecases.remember_answer(
        tx, fact.referral_id, fact.team_id, fact.received_at, fact.accepted_at, ReferralOutcome.ACCEPTED
    )


async def referral_not_taken(tx: Transaction, fact: NotTakenReferral) -> None:
    about = (fact.referral_id, fact.team_id, fact.received_at, fact.decided_at)
    await usecases.remember_answer(tx, *about, ReferralOutcome.NOT_TAKEN, fact.reason)


async def episode_opened(tx: Transaction, fact: OpenedEpisode) -> None:
    await usecases.remember_episode(tx, fact.episode_of_care_id, fact.team_id, fact.client_id, fact.opened_on)


async def episode_discharged(tx: Transaction, fact: DischargedEpisode) -> None:
    await usecases.remember_discharge(tx, fact.episode_of_care_id, fact.team_id, fact.client_id, fact.since_on)


async def rating_recorded(tx: Transaction, fact: RecordedRating) -> None:
    about = (fact.rating_id, fact.team_id, fact.client_id, fact.problem_id)
    await usecases.remember_rating(tx, *about, fact.rated_at, fact.status)


async def care_plan_agreed(tx: Transaction, fact: AgreedPlan) -> None:
    about = (fact.care_plan_id, fact.team_id, fact.client_id, fact.episode_of_care_id)
    await usecases.remember_agreed_plan(tx, *about, fact.ends_on)


async def care_plan_changed(tx: Transaction, fact: ChangedPlan) -> None:
    await usecases.remember_changed_plan(tx, fact.care_plan_id, fact.team_id, fact.client_id, fact.changed_at)


async def reablement_told(tx: Transaction, fact: StartedReablement | AskedAssessment) -> None:
    await usecases.remember_reablement(tx, **fact.model_dump())


async def reablement_ending(tx: Transaction, fact: EndingReablement) -> None:
    about = fact.model_dump(exclude={"decision_due_on"})
    await usecases.remember_reablement(tx, **about, undecided_on=fact.decision_due_on)


async def assessment_completed(tx: Transaction, fact: CompletedAssessment) -> None:
    about = (fact.assessment_id, fact.team_id, fact.client_id)
    await usecases.remember_assessment(tx, *about, fact.care_act_eligible, fact.assessed_on)


async def contact_recorded(tx: Transaction, fact: RecordedContact) -> None:
    segments = [(part.care_activity_id, part.activity_type, part.minutes) for part in fact.segments]
    await usecases.remember_contact(tx, fact.care_contact_id, fact.team_id, fact.client_id, fact.started_at, segments)


async def visit_done(tx: Transaction, fact: DoneVisit) -> None:
    await usecases.remember_visit(tx, fact.visit_id, fact.team_id, fact.client_id, fact.starts_at)


async def break_glass_opened(tx: Transaction, fact: OpenedBreakGlass) -> None:
    await usecases.remember_emergency(tx, fact.break_glass_id, fact.team_id, fact.client_id, fact.opened_at)


async def incident_raised(tx: Transaction, fact: RaisedIncident) -> None:
    await usecases.remember_incident(tx, fact.incident_id, fact.team_id, fact.client_id, fact.raised_at)


async def care_plan_conflicted(tx: Transaction, fact: ConflictedPlan) -> None:
    await usecases.remember_conflict(tx, fact.conflict_id, fact.team_id, fact.client_id, fact.opened_at)


async def conflict_opened(tx: Transaction, fact: OpenedConflict) -> None:
    about = (fact.conflict_id, fact.team_id, fact.client_id, fact.opened_at)
    await usecases.remember_conflict(tx, *about, kind=fact.kind)


async def handover_sent(tx: Transaction, fact: SentHandover) -> None:
    about = (fact.handover_id, fact.team_id, fact.client_id, fact.sent_at)
    await usecases.remember_handover(tx, *about, accepted_at=None, expired_at=None, returned_at=None)


async def handover_told(tx: Transaction, fact: SentHandover) -> None:
    """What became of it since it was sent."""
    since = fact.model_dump(include={"accepted_at", "expired_at", "returned_at"})
    about = (fact.handover_id, fact.team_id, fact.client_id, fact.sent_at)
    await usecases.remember_handover(tx, *about, **since)


async def alert_told(tx: Transaction, fact: RaisedAlert) -> None:
    """Whatever was told of it: it was raised, and perhaps something became of it."""
    since = fact.model_dump(include={"escalated_at", "acknowledged_at"})
    about = (fact.alert_id, fact.team_id, fact.client_id, fact.raised_at)
    await usecases.remember_alert(tx, *about, **since)


async def activity_costed(tx: Transaction, fact: CostedActivity) -> None:
    await usecases.remember_cost(tx, fact.care_contact_id, fact.team_id, fact.cost_pence, fact.costed_at)


SUBSCRIPTIONS = (
    Subscription("caseload.referral.received.v1", ReceivedReferral, referral_received, read_model=True),
    Subscription("caseload.referral.accepted.v1", AcceptedReferral, referral_accepted, read_model=True),
    Subscription("caseload.referral.not_taken.v1", NotTakenReferral, referral_not_taken, read_model=True),
    Subscription("caseload.episode_of_care.opened.v1", OpenedEpisode, episode_opened, read_model=True),
    Subscription("caseload.episode_of_care.discharged.v1", DischargedEpisode, episode_discharged, read_model=True),
    Subscription("caseload.omaha_rating.recorded.v1", RecordedRating, rating_recorded, read_model=True),
    Subscription("caseload.care_plan.agreed.v1", AgreedPlan, care_plan_agreed, read_model=True),
    Subscription("caseload.care_plan.changed.v1", ChangedPlan, care_plan_changed, read_model=True),
    Subscription("caseload.care_plan.conflicted.v1", ConflictedPlan, care_plan_conflicted, read_model=True),
    Subscription("caseload.sync_conflict.opened.v1", OpenedConflict, conflict_opened, read_model=True),
    Subscription("caseload.assessment.completed.v1", CompletedAssessment, assessment_completed, read_model=True),
    Subscription("caseload.care_contact.recorded.v1", RecordedContact, contact_recorded, read_model=True),
    Subscription("caseload.break_glass.opened.v1", OpenedBreakGlass, break_glass_opened, read_model=True),
    Subscription("caseload.incident.raised.v1", RaisedIncident, incident_raised, read_model=True),
    Subscription("caseload.handover.sent.v1", SentHandover, handover_sent, read_model=True),
    Subscription("caseload.handover.accepted.v1", AcceptedHandover, handover_told, read_model=True),
    Subscription("caseload.handover.expired.v1", ExpiredHandover, handover_told, read_model=True),
    Subscription("caseload.handover.declined.v1", DeclinedHandover, handover_told, read_model=True),
    Subscription("caseload.handover.returned.v1", ReturnedHandover, handover_told, read_model=True),
    Subscription("caseload.alert.raised.v1", RaisedAlert, alert_told, read_model=True),
    Subscription("caseload.alert.escalated.v1", EscalatedAlert, alert_told, read_model=True),
    Subscription("caseload.alert.acknowledged.v1", AcknowledgedAlert, alert_told, read_model=True),
    Subscription("roster.visit.done.v1", DoneVisit, visit_done, read_model=True),
    Subscription("finance.activity.costed.v1", CostedActivity, activity_costed, read_model=True),
    Subscription("finance.reablement.started.v1", StartedReablement, reablement_told, read_model=True),
    Subscription("finance.reablement.ending.v1", EndingReablement, reablement_ending, read_model=True),
    Subscription("finance.financial_assessment.asked.v1", AskedAssessment, reablement_told, read_model=True),
    membership.SUBSCRIPTION,
)
