"""What caseload listens to. Each model names only the fields caseload reads."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.caseload import clients, usecases
from services.caseload.domain.planned_visit import PlannedVisit
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


async def take_in(tx: Transaction, fact: ReceivedReferral, inbound: clients.InboundReferral) -> None:
    await usecases.receive_inbound_referral(tx, inbound)


async def remember_decision(tx: Transaction, fact: AdoptedDecision) -> None:
    referrals = [subject.id for subject in fact.subjects if subject.kind == "referral"]
    await usecases.remember_decision(
        tx, decision_id=fact.decision_id, team_id=fact.team_id, subject_ids=referrals, adopted_on=fact.adopted_on
    )


async def remember_member(tx: Transaction, fact: TeamMembership) -> None:
    await usecases.remember_member(tx, fact, fact.role)


class PlannedVisitFact(BaseModel):
    """A visit as it now stands: what a client's copy of the plan tells of it."""

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    starts_at: datetime
    ends_at: datetime
    channel: str
    status: str


SUBSCRIPTIONS = (
    Subscription("interop.referral.received.v1", ReceivedReferral, take_in, ask=clients.inbound_referral),
    Subscription("governance.decision.adopted.v1", AdoptedDecision, remember_decision),
    Subscription(membership.SUBSCRIPTION.event_name, TeamMembership, remember_member, read_model=True),
    Subscription("roster.visit.planned.v1", PlannedVisitFact, copied_into=PlannedVisit),
)
