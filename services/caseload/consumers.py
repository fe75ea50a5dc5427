"""What caseload listens to. Each model names only the fields caseload reads."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.caseload import clients, usecases
from services.caseload.domain.action import MeetingTask
from services.caseload.domain.planned_visit import PLANNED, PlannedVisit
from services.caseload.usecases import around, getting_in, hand_over, hospital, tell
from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription


class ReceivedReferral(BaseModel):
    inbound_referral_id: UUID


class TracedNumber(BaseModel):
    trace_id: UUID


class ToldAgencyCare(BaseModel):
    agency_care_id: UUID


class ToldStay(BaseModel):
    hospital_stay_id: UUID
    client_id: UUID
    status: str
    is_in_hospital: bool
    starts_on: date | None
    ends_on: date | None
    hospital_ods_code: str | None


class AnsweredHandover(BaseModel):
    handover_id: UUID
    sent_at: datetime
    status: str


class Subject(BaseModel):
    kind: str
    id: UUID


class AdoptedDecision(BaseModel):
    decision_id: UUID
    team_id: UUID
    subjects: list[Subject]
    adopted_on: date


class AgreedMeetingAction(BaseModel):
    meeting_action_id: UUID
    meeting_id: UUID
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    task: str
    due_on: date
    agreed_by: UUID | None = None


class TeamMembership(membership.MembershipFact):
    # Nobody stays a member because it was not told what they are; whoever's role is not known is no registered nurse.
    role: str = "unknown"


# What a team decides about that caseload asks for when it is done.
DECIDED_ABOUT = ("referral", "referral_criteria", "caseload_transfer")


class PlannedShift(BaseModel):
    shift_id: UUID
    team_id: UUID
    employee_id: UUID
    kind: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    # Roster has not always told of these.
    status: str = "planned"
    loan_id: UUID | None = None


class SignedOffCompetency(BaseModel):
    competency_id: UUID
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_by: UUID
    assessed_on: date
    until_on: date


class WithdrawnCompetency(SignedOffCompetency):
    withdrawn_at: datetime


class PlannedVisitFact(BaseModel):
    """A visit as it now stands: what a client's copy of the plan and a nurse's round tell of it."""

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    # Roster has not always told of it.
    accompanied_by: UUID | None = None
    starts_at: datetime
    ends_at: datetime
    channel: str
    status: str


class LateVisit(BaseModel):
    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    due_at: AwareDatetime


class HeardOfVisit(BaseModel):
    """Whoever visits was heard of: the visit has begun, or was done."""

    visit_id: UUID


class MovedVisit(HeardOfVisit):
    starts_at: AwareDatetime
    status: str


async def take_in(tx: Transaction, fact: ReceivedReferral, inbound: clients.InboundReferral) -> None:
    await getting_in.receive_inbound_referral(tx, inbound)


async def take_change(tx: Transaction, fact: ReceivedReferral, inbound: clients.InboundReferral) -> None:
    await getting_in.change_inbound_referral(tx, inbound)


async def hear_of_number(tx: Transaction, fact: TracedNumber, traced: clients.TracedNumber) -> None:
    await getting_in.hear_of_number(tx, traced)


async def hear_of_agency_care(tx: Transaction, fact: ToldAgencyCare, care: clients.AgencyCare) -> None:
    await around.hear_of_agency_care(tx, care)


async def hear_of_stay(tx: Transaction, fact: ToldStay) -> None:
    await hospital.hear_of_stay(tx, hospital.Stay(**fact.model_dump()))


async def hear_of_answer(tx: Transaction, fact: AnsweredHandover) -> None:
    await hand_over.hear_of_answer(tx, fact.handover_id, fact.sent_at, fact.status)


async def remember_decision(tx: Transaction, fact: AdoptedDecision) -> None:
    subjects = [subject.id for subject in fact.subjects if subject.kind in DECIDED_ABOUT]
    await getting_in.remember_decision(
        tx, decision_id=fact.decision_id, team_id=fact.team_id, subject_ids=subjects, adopted_on=fact.adopted_on
    )


async def take_from_meeting(tx: Transaction, fact: AgreedMeetingAction) -> None:
    agreed = MeetingTask(**fact.model_dump(exclude={"meeting_action_id"}), id=fact.meeting_action_id)
    await around.take_from_meeting(tx, agreed)


async def remember_member(tx: Transaction, fact: TeamMembership) -> None:
    await usecases.remember_member(tx, fact, fact.role)


async def remember_competence(tx: Transaction, fact: SignedOffCompetency) -> None:
    await usecases.remember_competence(tx, fact.model_dump())


async def remember_shift(tx: Transaction, fact: PlannedShift) -> None:
    is_cancelled = fact.status == "cancelled"
    await tell.remember_shift(tx, fact.model_dump(exclude={"status", "loan_id"}), is_cancelled=is_cancelled)
    if fact.loan_id is not None:
        about = fact.model_dump(exclude={"status", "loan_id", "kind"})
        await usecases.remember_lent_shift(tx, **about, is_cancelled=is_cancelled)


async def raise_late_visit(tx: Transaction, fact: LateVisit) -> None:
    await tell.raise_late_visit(tx, **fact.model_dump())


async def settle_late_visit(tx: Transaction, fact: HeardOfVisit) -> None:
    await tell.settle_late_visit(tx, fact.visit_id)


async def settle_moved_visit(tx: Transaction, fact: MovedVisit) -> None:
    """Cancelled, or moved to another time; that the client was told of the same time says nothing of the nurse."""
    if fact.status != PLANNED or fact.starts_at > tx.now:
        await tell.settle_late_visit(tx, fact.visit_id)


async def remember_undone(tx: Transaction, fact: PlannedVisitFact) -> None:
    await tell.remember_undone(tx, fact.model_dump())


SUBSCRIPTIONS = (
    Subscription("interop.referral.received.v1", ReceivedReferral, take_in, ask=clients.inbound_referral),
    Subscription("interop.referral.changed.v1", ReceivedReferral, take_change, ask=clients.inbound_referral),
    Subscription("interop.nhs_number.traced.v1", TracedNumber, hear_of_number, ask=clients.traced_number),
    Subscription("interop.agency_care.told.v1", ToldAgencyCare, hear_of_agency_care, ask=clients.agency_care),
    Subscription("interop.hospital_stay.told.v1", ToldStay, hear_of_stay),
    Subscription("interop.handover.answered.v1", AnsweredHandover, hear_of_answer),
    Subscription("governance.decision.adopted.v1", AdoptedDecision, remember_decision),
    Subscription("governance.meeting_action.agreed.v1", AgreedMeetingAction, take_from_meeting),
    Subscription(membership.SUBSCRIPTION.event_name, TeamMembership, remember_member, read_model=True),
    Subscription("hr.competency.signed_off.v1", SignedOffCompetency, remember_competence, read_model=True),
    Subscription("hr.competency.withdrawn.v1", WithdrawnCompetency, remember_competence, read_model=True),
    Subscription("roster.shift.planned.v1", PlannedShift, remember_shift, read_model=True),
    Subscription("roster.visit.planned.v1", PlannedVisitFact, copied_into=PlannedVisit),
    # A queue beside the copy's own, which takes many events in one statement.
    Subscription("roster.visit.planned.v1", MovedVisit, settle_moved_visit, stream="moved_visit"),
    Subscription("roster.visit.no_reply.v1", PlannedVisitFact, remember_undone, read_model=True),
    Subscription("roster.visit.missed.v1", PlannedVisitFact, remember_undone, read_model=True),
    Subscription("roster.visit.late.v1", LateVisit, raise_late_visit),
    Subscription("roster.visit.started.v1", HeardOfVisit, settle_late_visit),
    Subscription("roster.visit.done.v1", HeardOfVisit, settle_late_visit),
)
