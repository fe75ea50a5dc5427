"""What was found, planned and done for a client: what the others are told."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.common.events import Event


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


class GoalChanged(Event):
    """What a client wants to do without the team again was set, met, or given up; never in whose words, nor why."""

    name: ClassVar[str] = "caseload.goal.changed.v1"

    goal_id: UUID
    client_id: UUID
    team_id: UUID
    status: str


class CarePlanConflicted(Event):
    """Two people wrote the same part of a plan without knowing of each other; without a line, whom the client rings."""

    name: ClassVar[str] = "caseload.care_plan.conflicted.v1"

    conflict_id: UUID
    care_plan_id: UUID
    line_id: UUID | None
    client_id: UUID
    team_id: UUID
    people: list[UUID]
    opened_at: datetime


class SyncConflictOpened(Event):
    """Two said different things of one matter, one of them without signal: of a plan, a dose, a state or a fact. Which,
    `kind` says; `subject_id` is the plan, the medicine or the other thing that it is about."""

    name: ClassVar[str] = "caseload.sync_conflict.opened.v1"

    conflict_id: UUID
    kind: str
    subject_id: UUID
    line_id: UUID | None
    client_id: UUID
    team_id: UUID
    people: list[UUID]
    opened_at: datetime


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
    # By which the client's surgery is to be told of it; none where it is not.
    surgery_share_id: UUID | None = None


class WoundMeasured(Event):
    name: ClassVar[str] = "caseload.wound.measured.v1"
    key: ClassVar[tuple[str, ...]] = ("measurement_id",)

    wound_id: UUID
    measurement_id: UUID
    client_id: UUID
    team_id: UUID
    area_mm2: int
    measured_at: datetime


class PhotoAttached(Event):
    """A photo of a wound is in the record, whole, and without the place where it was taken."""

    name: ClassVar[str] = "caseload.photo.attached.v1"

    photo_id: UUID
    wound_id: UUID
    client_id: UUID
    team_id: UUID
    taken_at: datetime


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


class NetworkPersonChanged(Event):
    """Somebody of a client's network was written down, changed, cares unpaid, or agreed or no longer agrees to it."""

    name: ClassVar[str] = "caseload.network_person.changed.v1"

    network_person_id: UUID
    client_id: UUID
    team_id: UUID


class CallTime(BaseModel):
    """A call on some days of the week, 1 for Monday to 7 for Sunday, at a time on the clocks of England."""

    days: list[int]
    at: str
    minutes: int


class OtherCareChanged(Event):
    """When an agency is with a client, as it now stands; neither which agency nor what it does there.

    `beside` is `seen`, `apart` or `together`: how the team's own visits lie to these calls.
    """

    name: ClassVar[str] = "caseload.other_care.changed.v1"

    other_care_id: UUID
    client_id: UUID
    team_id: UUID
    times: list[CallTime]
    from_on: date
    until_on: date | None
    beside: str = "seen"


class DelegationGiven(Event):
    """Somebody may do this task for this client until its last day, while hr's sign-off holds beside it."""

    name: ClassVar[str] = "caseload.delegation.given.v1"

    delegation_id: UUID
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    task: str
    from_on: date
    until_on: date


class DelegationWithdrawn(DelegationGiven):
    """The whole state once more, and since when nobody relies on it."""

    name: ClassVar[str] = "caseload.delegation.withdrawn.v1"

    withdrawn_at: datetime


class SurgeryShareStopped(Event):
    """A surgery is told nothing more of a client's care: they objected, say, or have another surgery."""

    name: ClassVar[str] = "caseload.surgery_share.stopped.v1"

    surgery_share_id: UUID
    client_id: UUID
    team_id: UUID
    episode_of_care_id: UUID
    ods_code: str
    reason: str
    stopped_at: datetime
