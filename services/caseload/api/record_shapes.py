"""The whole record of one client, as the team and the services that ask for it read it."""

from datetime import date
from uuid import UUID

from services.caseload.api.network import NetworkPersonShape
from services.caseload.api.shapes import (
    AssessmentShape,
    CareActivityShape,
    CareContactShape,
    CarePlanShape,
    ClientShape,
    EpisodeShape,
    LineShape,
    MeasurementShape,
    MedicineShape,
    NoteShape,
    PhotoShape,
    ProblemShape,
    RatingShape,
    ReferralShape,
    WoundShape,
)
from services.caseload.api.surgery_shapes import SharedWithSurgeryShape, SurgeryNoteShape
from services.caseload.domain.independence import GoalStatus
from services.common.types import Answer


class CaresShape(Answer):
    """That somebody of the network cares unpaid; how it is for them is theirs."""

    id: UUID
    version: int
    network_person_id: UUID


class AssessmentOfRecord(AssessmentShape):
    episode_of_care_id: UUID


class WoundOfRecord(WoundShape):
    episode_of_care_id: UUID


class GoalShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    care_plan_id: UUID
    words: str
    status: GoalStatus
    set_on: date
    settled_on: date | None
    client_words: str | None
    because: str | None
    reason: str | None
    capacity_assessed_on: date | None
    best_interests: str | None
    written_by: UUID | None
    settled_by: UUID | None


class ClientRecord(Answer):
    """The whole record of one client, each entry with who made it."""

    client: ClientShape
    referral: list[ReferralShape]
    episode_of_care: list[EpisodeShape]
    assessment: list[AssessmentOfRecord]
    client_problem: list[ProblemShape]
    ratings: list[RatingShape]
    care_plan: list[CarePlanShape]
    lines: list[LineShape]
    goal: list[GoalShape]
    care_contact: list[CareContactShape]
    activities: list[CareActivityShape]
    notes: list[NoteShape]
    wound: list[WoundOfRecord]
    measurements: list[MeasurementShape]
    photo: list[PhotoShape]
    medicine: list[MedicineShape]
    surgery_note: list[SurgeryNoteShape]
    surgery_share: list[SharedWithSurgeryShape]
    network_person: list[NetworkPersonShape]
    carer: list[CaresShape]
