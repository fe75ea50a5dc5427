"""What changed while a tablet was away."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.caseload.api.actions import ActionShape
from services.caseload.api.administrations import AdministrationShape
from services.caseload.api.day_shapes import DriverRow, EndOfLifeInPack, HomeShape, VisitAsPlanned
from services.caseload.api.other_care import OtherCareShape
from services.caseload.api.packed import packed
from services.caseload.api.shapes import (
    AssessmentShape,
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
    WoundShape,
)
from services.caseload.api.summary_shapes import CheckShape
from services.caseload.api.sync_conflicts import ConflictShape
from services.caseload.api.sync_cursors import cursors, place
from services.caseload.api.tests import ClinicalTestShape
from services.caseload.domain.handover import ToCall
from services.caseload.usecases import catch_up as usecases
from services.common.http import ByNurse, api_router
from services.common.paging import MAX_LIMIT, Limit
from services.common.types import Answer

router = api_router(tags=["offline"])


class PlanRow(CarePlanShape):
    who_to_call: list[ToCall]


class DisputedDose(Answer):
    """Somebody says that they gave it, and nobody has settled yet whether they did: until then it counts as given. Gone
    once it is settled."""

    id: UUID
    client_id: UUID
    medicine_id: UUID
    administration_id: UUID
    version: int
    happened_at: datetime
    employee_id: UUID
    operation_id: UUID
    conflict_id: UUID | None


class CheckRow(CheckShape):
    """A look at the syringe driver that it names."""

    syringe_driver_id: UUID


class VisitRow(VisitAsPlanned):
    """One that is not `planned` is on no round any more."""

    status: str


# What a trigger follows (migrations 0021 and 0024), by the name of its table, each in the shape in which it is told.
SHAPES: dict[str, type[BaseModel]] = {
    "client": ClientShape,
    "home": HomeShape,
    "episode_of_care": EpisodeShape,
    "assessment": AssessmentShape,
    "client_problem": ProblemShape,
    "omaha_rating": RatingShape,
    "care_plan": PlanRow,
    "care_plan_line": LineShape,
    "care_contact": CareContactShape,
    "note": NoteShape,
    "wound": WoundShape,
    "wound_measurement": MeasurementShape,
    "photo": PhotoShape,
    "medicine": MedicineShape,
    "administration": AdministrationShape,
    "dose_in_dispute": DisputedDose,
    "other_care": OtherCareShape,
    "action": ActionShape,
    "clinical_test": ClinicalTestShape,
    "end_of_life_version": EndOfLifeInPack,
    "syringe_driver": DriverRow,
    "syringe_driver_check": CheckRow,
    "planned_visit": VisitRow,
    "sync_conflict": ConflictShape,
}


class ChangeShape(Answer):
    """Something that was written, as it is now: `entity` names its kind, and `row` is in the shape that its own routes
    answer with. What is `gone` is the caller's team's no more; of a client who is gone everything is."""

    entity: str
    entity_id: UUID
    client_id: UUID
    version: int | None
    gone: bool
    row: dict[str, Any] | None


class Changes(Answer):
    """Oldest first, each thing once; apply a page as a whole. `next` is where to go on, at once where there is more."""

    changes: list[ChangeShape]
    next: str
    more: bool


@router.get("/sync/pull", response_model=Changes, responses={410: {}})
async def pull_changes(
    tx: ByNurse,
    request: Request,
    since: Annotated[
        str | None, Query(max_length=200, description="Sync-From of a day pack, or `next` of the page before.")
    ] = None,
    limit: Limit = MAX_LIMIT,
) -> Response:
    """What changed of the team's clients since then; without `since` nothing, and where to go on from now."""
    made = await cursors(tx, request)
    found = await usecases.catch_up(tx, place(made, since), limit, SHAPES)
    following, more = made.after(found.next.as_id()), "true" if found.more else "false"
    return packed(request, f'{{"changes":[{",".join(found.changes)}],"next":"{following}","more":{more}}}')
