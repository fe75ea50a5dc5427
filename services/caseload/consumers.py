"""What caseload listens to. Each model names only the fields caseload reads."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.caseload import clients, usecases
from services.caseload.usecases import tell
from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription


class ReceivedReferral(BaseModel):
    inbound_referral_id: UUID


class Subject(BaseModel):
    kind: str
    id: UUID


class AdoptedDecision(BaseModel):
    decision_id: UUID
    team_id: UUID
    subjects: list[Subject]
    adopted_on: date


class TeamMembership(membership.MembershipFact):
    # Nobody stays a member because it was not told what they are; whoever's role is not known is no registered nurse.
    role: str = "unknown"


class PlannedShift(BaseModel):
    shift_id: UUID
    team_id: UUID
    employee_id: UUID
    kind: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime


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


async def take_in(tx: Transaction, fact: ReceivedReferral, inbound: clients.InboundReferral) -> None:
    await usecases.receive_inbound_referral(tx, inbound)


async def remember_decision(tx: Transaction, fact: AdoptedDecision) -> None:
    referrals = [subject.id for subject in fact.subjects if subject.kind == "referral"]
    await usecases.remember_decision(
        tx, decision_id=fact.decision_id, team_id=fact.team_id, subject_ids=referrals, adopted_on=fact.adopted_on
    )


async def remember_member(tx: Transaction, fact: TeamMembership) -> None:
    await usecases.remember_member(tx, fact, fact.role)


async def remember_competence(tx: Transaction, fact: SignedOffCompetency) -> None:
    await usecases.remember_competence(tx, fact.model_dump())


async def remember_shift(tx: Transaction, fact: PlannedShift) -> None:
    await tell.remember_shift(tx, fact.model_dump())


SUBSCRIPTIONS = (
    Subscription("interop.referral.received.v1", ReceivedReferral, take_in, ask=clients.inbound_referral),
    Subscription("governance.decision.adopted.v1", AdoptedDecision, remember_decision),
    Subscription(membership.SUBSCRIPTION.event_name, TeamMembership, remember_member, read_model=True),
    Subscription("hr.competency.signed_off.v1", SignedOffCompetency, remember_competence, read_model=True),
    Subscription("hr.competency.withdrawn.v1", WithdrawnCompetency, remember_competence, read_model=True),
    Subscription("roster.shift.planned.v1", PlannedShift, remember_shift, read_model=True),
)
