"""What hr tells of people's competence and of who has opted out of 48 hours a week, and caseload of what is delegated
to them for one client."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.common.inbox import Subscription
from services.roster.domain.known import ClientDelegation, Competence, OptOut


class SignedOffCompetency(BaseModel):
    competency_id: UUID
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_on: date
    until_on: date


class WithdrawnCompetency(SignedOffCompetency):
    withdrawn_at: AwareDatetime


class GivenDelegation(BaseModel):
    delegation_id: UUID
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    task: str
    from_on: date
    until_on: date


class WithdrawnDelegation(GivenDelegation):
    withdrawn_at: AwareDatetime


class ChangedOptOut(BaseModel):
    opt_out_id: UUID
    team_id: UUID
    employee_id: UUID
    from_on: date
    until_on: date | None


SUBSCRIPTIONS = (
    Subscription("hr.competency.signed_off.v1", SignedOffCompetency, copied_into=Competence),
    Subscription("hr.competency.withdrawn.v1", WithdrawnCompetency, copied_into=Competence),
    Subscription("caseload.delegation.given.v1", GivenDelegation, copied_into=ClientDelegation),
    Subscription("caseload.delegation.withdrawn.v1", WithdrawnDelegation, copied_into=ClientDelegation),
    Subscription("hr.opt_out.changed.v1", ChangedOptOut, copied_into=OptOut),
)
