"""The whole record of one client, as the team and the services that ask for it read it."""

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
from services.common.types import Answer


class CaresShape(Answer):
    """That somebody of the network cares unpaid; how it is for them is theirs."""

    id: UUID
    version: int
    network_person_id: UUID


class ClientRecord(Answer):
    """The whole record of one client, each entry with who made it."""

    client: ClientShape
    referral: list[ReferralShape]
    episode_of_care: list[EpisodeShape]
    assessment: list[AssessmentShape]
    client_problem: list[ProblemShape]
    ratings: list[RatingShape]
    care_plan: list[CarePlanShape]
    lines: list[LineShape]
    care_contact: list[CareContactShape]
    activities: list[CareActivityShape]
    notes: list[NoteShape]
    wound: list[WoundShape]
    measurements: list[MeasurementShape]
    photo: list[PhotoShape]
    medicine: list[MedicineShape]
    surgery_note: list[SurgeryNoteShape]
    surgery_share: list[SharedWithSurgeryShape]
    network_person: list[NetworkPersonShape]
    carer: list[CaresShape]
