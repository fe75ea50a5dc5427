"""What interop listens to: the owners' news, shown as FHIR and told to the councils it is shared with."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription
from services.interop import clients, usecases
from services.interop.domain import safety
from services.interop.domain.colleague import Colleague
from services.interop.domain.feed import ALSO_FED, FED
from services.interop.domain.inbound import Answer, ReferralOutcome
from services.interop.domain.record import ClientRecord, Referral
from services.interop.domain.submission import ChangedLine
from services.interop.partners.council import facts as council
from services.interop.usecases import unit_entries

SOCIAL_CARE = "social_care"


class AboutReferral(BaseModel):
    referral_id: UUID
    inbound_referral_id: UUID | None


class AcceptedReferral(AboutReferral):
    client_id: UUID
    accepted_at: datetime


class NotTakenReferral(AboutReferral):
    reason: str
    decided_at: datetime


class AboutClient(BaseModel):
    client_id: UUID


class EndedEpisode(AboutClient):
    episode_of_care_id: UUID
    reason: str
    since_on: date


class StoppedSurgeryShare(AboutClient):
    surgery_share_id: UUID


class ChangedCarePlan(ChangedLine):
    domain: str


class Segment(BaseModel):
    activity_type: str
    minutes: int


class RecordedContact(AboutClient):
    care_contact_id: UUID
    channel: str
    started_at: datetime
    segments: list[Segment]
    # Caseload has not always told of it.
    surgery_share_id: UUID | None = None


class DoneVisit(AboutClient):
    visit_id: UUID
    team_id: UUID
    employee_id: UUID
    starts_at: datetime
    ends_at: datetime
    channel: str


class PlannedVisit(DoneVisit):
    status: str


class ChangedIntroduction(AboutClient):
    introduction_id: UUID
    team_id: UUID
    status: str
    accepted_on: date
    introduced_by: UUID | None


class StartedReablement(AboutClient):
    reablement_id: UUID
    started_on: date
    last_free_day_on: date
    decision_due_on: date


class EndingReablement(AboutClient):
    reablement_id: UUID
    last_free_day_on: date
    decision_due_on: date


class ChangedMembership(BaseModel):
    employee_id: UUID


class AskedAssessment(AboutClient):
    reablement_id: UUID
    last_free_day_on: date
    asked_on: date


async def take_received(tx: Transaction, fact: AboutReferral, referral: Referral) -> None:
    await usecases.remember_outcome(tx, fact.inbound_referral_id, fact.referral_id, Answer(ReferralOutcome.WAITING))
    await usecases.show_referral(tx, referral)


async def take_not_taken(tx: Transaction, fact: NotTakenReferral, referral: Referral) -> None:
    answer = Answer(ReferralOutcome.NOT_TAKEN, fact.decided_at, fact.reason, referral.signpost)
    await usecases.remember_outcome(tx, fact.inbound_referral_id, fact.referral_id, answer)
    await usecases.show_referral(tx, referral)


async def take_accepted(tx: Transaction, fact: AcceptedReferral, record: ClientRecord) -> None:
    answer = Answer(ReferralOutcome.ACCEPTED, fact.accepted_at)
    await usecases.remember_outcome(tx, fact.inbound_referral_id, fact.referral_id, answer)
    await usecases.show_record(tx, record)


async def show(tx: Transaction, fact: AboutClient, record: ClientRecord) -> None:
    await usecases.show_record(tx, record)


async def take_number(tx: Transaction, fact: AboutClient, record: ClientRecord) -> None:
    await usecases.show_record(tx, record)
    await unit_entries.release_entries(tx, fact.client_id)


async def take_discharge(tx: Transaction, fact: EndedEpisode, record: ClientRecord) -> None:
    await usecases.show_record(tx, record)
    await usecases.tell_of_end(tx, record, fact.episode_of_care_id, fact.since_on, fact.reason)


async def take_plan_change(tx: Transaction, fact: ChangedCarePlan, record: ClientRecord) -> None:
    await usecases.show_record(tx, record)
    if fact.domain == SOCIAL_CARE:
        await usecases.tell_councils(tx, council.care_plan_changed(**fact.model_dump(exclude={"domain"})))
        await usecases.prepare_submissions(tx, fact)


async def take_contact(tx: Transaction, fact: RecordedContact, record: ClientRecord) -> None:
    await usecases.show_record(tx, record)
    segments = [(segment.activity_type, segment.minutes) for segment in fact.segments]
    support = council.support_given(**fact.model_dump(exclude={"segments", "surgery_share_id"}), segments=segments)
    if support is not None:
        await usecases.tell_councils(tx, support)
    await usecases.write_to_gp(tx, record, fact.care_contact_id, fact.surgery_share_id)
    await unit_entries.queue_entry(tx, record, fact.care_contact_id)


async def take_stopped_surgery_share(tx: Transaction, fact: StoppedSurgeryShare) -> None:
    await usecases.stop_writing_to_gp(tx, fact.surgery_share_id)


# What FHIR calls it where a visit did not take place; nobody came to one that was missed.
APPOINTMENT = {"cancelled": "cancelled", "no_reply": "noshow", "missed": "cancelled"}


async def take_planned_visit(tx: Transaction, fact: PlannedVisit) -> None:
    visit = usecases.Visit(**fact.model_dump(exclude={"status"}))
    await usecases.show_visit(tx, visit, APPOINTMENT.get(fact.status, "booked"))


async def take_done_visit(tx: Transaction, fact: DoneVisit) -> None:
    await usecases.show_visit(tx, usecases.Visit(**fact.model_dump()), "fulfilled")


async def take_reablement_ending(tx: Transaction, fact: EndingReablement) -> None:
    await usecases.tell_councils(tx, council.reablement_ending(**fact.model_dump()))


async def take_asked_assessment(tx: Transaction, fact: AskedAssessment) -> None:
    await usecases.tell_councils(tx, council.financial_assessment_asked(**fact.model_dump()))


async def take_introduction(tx: Transaction, fact: ChangedIntroduction) -> None:
    await usecases.show_introduction(tx, usecases.Introduction(**fact.model_dump()))


async def take_alert(tx: Transaction, fact: safety.RaisedAlert) -> None:
    await usecases.show_alert(tx, fact)


async def take_handover(tx: Transaction, fact: safety.SentHandover) -> None:
    await usecases.show_handover(tx, fact)


async def take_reablement(tx: Transaction, fact: StartedReablement) -> None:
    await usecases.tell_councils(tx, council.reablement_started(**fact.model_dump()))


async def take_membership(tx: Transaction, fact: ChangedMembership, colleague: Colleague) -> None:
    await usecases.show_colleague(tx, colleague)


class Anything(BaseModel):
    """The feed passes on what it hears and reads nothing of it."""


async def feed(tx: Transaction, _: Anything) -> None:
    usecases.feed_event(tx)


# Of the events about one client the opening of the episode is enough to show the whole record anew.
ABOUT_CARE = (
    Subscription("caseload.referral.received.v1", AboutReferral, take_received, ask=clients.referral, read_model=True),
    Subscription(
        "caseload.referral.accepted.v1", AcceptedReferral, take_accepted, ask=clients.client_record, read_model=True
    ),
    Subscription(
        "caseload.referral.not_taken.v1", NotTakenReferral, take_not_taken, ask=clients.referral, read_model=True
    ),
    Subscription("caseload.episode_of_care.opened.v1", AboutClient, show, ask=clients.client_record, read_model=True),
    Subscription("caseload.episode_of_care.paused.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.episode_of_care.resumed.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.episode_of_care.discharged.v1", EndedEpisode, take_discharge, ask=clients.client_record),
    Subscription("caseload.named_nurse.changed.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.nhs_number.changed.v1", AboutClient, take_number, ask=clients.client_record),
    Subscription("caseload.assessment.completed.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.omaha_rating.recorded.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.care_plan.agreed.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.care_plan.changed.v1", ChangedCarePlan, take_plan_change, ask=clients.client_record),
    Subscription("caseload.goal.changed.v1", AboutClient, show, ask=clients.client_record, read_model=True),
    Subscription("caseload.care_contact.recorded.v1", RecordedContact, take_contact, ask=clients.client_record),
    Subscription("caseload.surgery_share.stopped.v1", StoppedSurgeryShare, take_stopped_surgery_share),
    Subscription("caseload.wound.measured.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.photo.attached.v1", AboutClient, show, ask=clients.client_record),
    Subscription("caseload.network_person.changed.v1", AboutClient, show, ask=clients.client_record, read_model=True),
    Subscription("caseload.introduction.changed.v1", ChangedIntroduction, take_introduction, read_model=True),
    Subscription("caseload.alert.raised.v1", safety.RaisedAlert, take_alert, read_model=True),
    Subscription("caseload.alert.escalated.v1", safety.RaisedAlert, take_alert, read_model=True),
    Subscription("caseload.alert.acknowledged.v1", safety.AcknowledgedAlert, take_alert, read_model=True),
    Subscription("caseload.handover.sent.v1", safety.SentHandover, take_handover, read_model=True),
    Subscription("caseload.handover.accepted.v1", safety.AcceptedHandover, take_handover, read_model=True),
    Subscription("caseload.handover.declined.v1", safety.DeclinedHandover, take_handover, read_model=True),
    Subscription("caseload.handover.done.v1", safety.DoneHandover, take_handover, read_model=True),
    Subscription("caseload.handover.expired.v1", safety.ExpiredHandover, take_handover, read_model=True),
    Subscription("caseload.handover.returned.v1", safety.ReturnedHandover, take_handover, read_model=True),
    Subscription("roster.visit.planned.v1", PlannedVisit, take_planned_visit, read_model=True),
    Subscription("roster.visit.done.v1", DoneVisit, take_done_visit, read_model=True),
    Subscription("roster.visit.no_reply.v1", PlannedVisit, take_planned_visit, read_model=True),
    Subscription("roster.visit.missed.v1", PlannedVisit, take_planned_visit, read_model=True),
    Subscription("finance.reablement.started.v1", StartedReablement, take_reablement),
    Subscription("finance.reablement.ending.v1", EndingReablement, take_reablement_ending),
    Subscription("finance.financial_assessment.asked.v1", AskedAssessment, take_asked_assessment),
)
# Beside the copy that says who may read what: who the members are, for those outside.
PEOPLE = Subscription(
    membership.SUBSCRIPTION.event_name,
    ChangedMembership,
    take_membership,
    ask=clients.colleague,
    read_model=True,
    stream="people",
)
SUBSCRIPTIONS = (
    *ABOUT_CARE,
    Subscription(FED, Anything, feed, also=tuple(ALSO_FED), stream="feed"),
    membership.SUBSCRIPTION,
    PEOPLE,
)
