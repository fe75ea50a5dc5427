"""What a nurse takes along on her round, visit by visit and client by client."""

from datetime import date, datetime
from uuid import UUID

from services.caseload.api.actions import ActionShape
from services.caseload.api.shapes import (
    CarePlanShape,
    ClientShape,
    EpisodeShape,
    LineShape,
    MeasurementShape,
    MedicineShape,
    NoteShape,
    ProblemShape,
    RatingShape,
    WoundShape,
)
from services.caseload.api.summary_shapes import CheckShape
from services.caseload.api.tests import ClinicalTestShape
from services.caseload.domain.end_of_life import JustInCaseBox, Respect
from services.caseload.domain.handover import ToCall
from services.common.types import Answer


class HomeShape(Answer):
    """How to get in, what to mind, and what signal a tablet finds there."""

    id: UUID
    client_id: UUID
    team_id: UUID
    version: int
    getting_in: str | None
    risks: list[str]
    signal_at_home: str | None
    written_by: UUID | None


class VisitAsPlanned(Answer):
    """A visit as roster last told of it."""

    id: UUID
    client_id: UUID
    version: int
    employee_id: UUID
    accompanied_by: UUID | None
    starts_at: datetime
    ends_at: datetime
    channel: str


class VisitInPack(VisitAsPlanned):
    """A visit as it is planned, with the contact that was recorded of it by whoever made it."""

    care_contact_id: UUID | None


class PlanInPack(CarePlanShape):
    """The plan in force, or the newest draft while none is agreed. A line is changed on the version of its plan."""

    who_to_call: list[ToCall]
    lines: list[LineShape]


class EndOfLifeInPack(Answer):
    """What the end-of-life plan says now; above all what is to be done and what not."""

    id: UUID
    end_of_life_plan_id: UUID
    number: int
    written_by: UUID | None
    written_at: datetime
    respect: Respect | None
    preferred_place_of_care: str
    preferred_place_of_death: str
    wishes: str | None
    just_in_case_box: JustInCaseBox | None
    box_expires_on: date | None
    who_to_call: list[ToCall]


class ProblemInPack(ProblemShape):
    last_rating: RatingShape | None


class WoundInPack(WoundShape):
    last_measurement: MeasurementShape | None


class DriverRow(Answer):
    """A syringe driver as it is stored. It is overdue once `next_due_at` is over, by whatever clock is looked at."""

    id: UUID
    client_id: UUID
    team_id: UUID
    version: int
    medicines: str
    started_at: datetime
    last_checked_at: datetime
    next_due_at: datetime
    stopped_at: datetime | None
    stopped_reason: str | None


class DriverInPack(DriverRow):
    """One that runs, with what was seen at it last: a new check is pushed on its id."""

    last_check: CheckShape


class DoseInPack(Answer):
    """One time of the day; without an outcome it is still to be given, and late once `closes_at` is over. Where it is
    in dispute somebody says that they gave it, and nobody has settled yet whether they did."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    outcome: str | None
    administration_id: UUID | None
    in_dispute: bool


class RecordedInPack(Answer):
    """What is in dispute is not on record, and counts as given until a person settles it."""

    id: UUID
    medicine_id: UUID
    due_at: datetime | None
    outcome: str
    happened_at: datetime
    employee_id: UUID
    in_dispute: bool


class MedicineInPack(MedicineShape):
    """A medicine in use with its doses of the day, none where it is given when needed.

    `recorded` is of the medicine's whole course, around the day: no dose of any of them is given within
    `dose_gap_minutes` of what was given.
    """

    dose_window_minutes: int
    dose_gap_minutes: int
    doses: list[DoseInPack]
    recorded: list[RecordedInPack]


class CallInPack(Answer):
    """When somebody of another agency is with the client."""

    other_care_id: UUID
    agency: str
    phone: str | None
    kind: str
    starts_at: datetime
    ends_at: datetime


class ClientInPack(Answer):
    """What is needed at one door. Whom to ring is in the plans, and who answers for the client in the episode."""

    client: ClientShape
    home: HomeShape | None
    episode_of_care: EpisodeShape | None
    care_plan: PlanInPack | None
    end_of_life: EndOfLifeInPack | None
    problems: list[ProblemInPack]
    notes: list[NoteShape]
    wounds: list[WoundInPack]
    actions: list[ActionShape]
    tests: list[ClinicalTestShape]
    syringe_drivers: list[DriverInPack]
    medicines: list[MedicineInPack]
    calls: list[CallInPack]


class DayPack(Answer):
    """A round: the visits in order, and each of its clients once. Notes are the last three, the latest first.

    The next check of a syringe driver is due within `driver_check_hours` of the one before it, or the check is refused.
    """

    on: date
    employee_id: UUID | None
    driver_check_hours: int
    visits: list[VisitInPack]
    clients: list[ClientInPack]
