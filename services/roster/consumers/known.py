"""What hr and caseload tell of contracts, clearances, episodes of care, contacts and tests."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription
from services.roster import usecases
from services.roster.domain.known import AcuityReview, CareTeam, CareTeamChange, Clearance, Contract


class AgreedContract(BaseModel):
    contract_id: UUID
    employee_id: UUID
    team_id: UUID
    minutes_per_week: int
    role: str
    kind: str
    from_on: date
    until_on: date | None


class ChangedClearance(BaseModel):
    employee_id: UUID
    may_visit_alone: bool
    since_on: date


class OpenedEpisode(BaseModel):
    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    opened_on: date


class ChangedEpisode(BaseModel):
    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    since_on: date


class CompletedAcuityReview(BaseModel):
    acuity_review_id: UUID
    team_id: UUID
    reviewed_on: date
    clients: int
    total: int


class ChangedNamedNurse(BaseModel):
    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    changed_on: date


class RecordedSegment(BaseModel):
    care_activity_id: UUID
    activity_type: str
    minutes: int


class RecordedCareContact(BaseModel):
    care_contact_id: UUID
    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    visit_id: UUID | None
    employee_id: UUID
    started_at: AwareDatetime
    minutes: int
    segments: list[RecordedSegment]


class RequestedTest(BaseModel):
    test_id: UUID
    client_id: UUID
    team_id: UUID
    kind: str
    take_by: date


class TakenTest(RequestedTest):
    taken_on: date


class CancelledTest(RequestedTest):
    cancelled_on: date


async def test_requested(tx: Transaction, fact: RequestedTest) -> None:
    await usecases.remember_need(tx, **fact.model_dump(), closed_on=None)


async def test_taken(tx: Transaction, fact: TakenTest) -> None:
    await usecases.remember_need(tx, **fact.model_dump(exclude={"taken_on"}), closed_on=fact.taken_on)


async def test_cancelled(tx: Transaction, fact: CancelledTest) -> None:
    await usecases.remember_need(tx, **fact.model_dump(exclude={"cancelled_on"}), closed_on=fact.cancelled_on)


async def remember_care_contact(tx: Transaction, fact: RecordedCareContact) -> None:
    segments = [segment.model_dump() for segment in fact.segments]
    await usecases.remember_care_contact(tx, fact.model_dump(exclude={"segments"}), segments)


async def remember_standing(tx: Transaction, fact: ChangedEpisode) -> None:
    await usecases.remember_standing(tx, fact.model_dump())


SUBSCRIPTIONS = (
    membership.SUBSCRIPTION,
    Subscription("hr.contract.agreed.v1", AgreedContract, copied_into=Contract),
    Subscription("hr.clearance.changed.v1", ChangedClearance, copied_into=Clearance),
    Subscription("caseload.episode_of_care.opened.v1", OpenedEpisode, copied_into=CareTeam),
    Subscription("caseload.acuity_review.completed.v1", CompletedAcuityReview, copied_into=AcuityReview),
    *(
        Subscription(
            f"caseload.episode_of_care.{became}.v1",
            ChangedEpisode,
            remember_standing,
            read_model=True,
            one_by_one=True,
        )
        for became in ("paused", "resumed", "discharged")
    ),
    Subscription("caseload.named_nurse.changed.v1", ChangedNamedNurse, copied_into=CareTeamChange),
    Subscription(
        "caseload.care_contact.recorded.v1",
        RecordedCareContact,
        remember_care_contact,
        read_model=True,
        one_by_one=True,
    ),
    Subscription("caseload.test.requested.v1", RequestedTest, test_requested, read_model=True),
    Subscription("caseload.test.taken.v1", TakenTest, test_taken, read_model=True),
    Subscription("caseload.test.cancelled.v1", CancelledTest, test_cancelled, read_model=True),
)
