"""Care contacts with their segments and notes, and wounds with their trend."""

from typing import Any
from uuid import UUID

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.shapes import (
    CareActivityShape,
    CareContactShape,
    MeasurementShape,
    NoteShape,
    WoundShape,
)
from services.caseload.domain.care_contact import NewCareContact, NewNote
from services.caseload.domain.wound import NewMeasurement, NewWound
from services.common.http import ByNurse, api_router

router = api_router(tags=["care contacts"])


class WholeContact(CareContactShape):
    activities: list[CareActivityShape]


class WoundTrend(WoundShape):
    """A wound with every measuring so far, oldest first."""

    measurements: list[MeasurementShape]


def _trend(measured: tuple[Any, Any]) -> dict[str, Any]:
    wound, measurements = measured
    return {**WoundShape.model_validate(wound).model_dump(), "measurements": measurements}


@router.post("/care-contacts", status_code=201, response_model=WholeContact)
async def record_care_contact(tx: ByNurse, body: NewCareContact) -> object:
    """Record what happened. This one entry feeds the record, activity, money, hours, measures and the council."""
    contact, activities = await usecases.record_care_contact(tx, body)
    return {**CareContactShape.model_validate(contact).model_dump(), "activities": activities}


@router.post("/care-contacts/{care_contact_id}/notes", status_code=201, response_model=NoteShape)
async def add_note(tx: ByNurse, care_contact_id: UUID, body: NewNote) -> object:
    """Add a note, or amend one; the first stays."""
    return await usecases.add_note(tx, care_contact_id, body)


@router.post("/wounds", status_code=201, response_model=WoundShape)
async def find_wound(tx: ByNurse, body: NewWound) -> object:
    """A wound is found."""
    return await usecases.find_wound(tx, body)


@router.get("/wounds/{wound_id}", response_model=WoundTrend)
async def read_wound(tx: ByNurseReading, wound_id: UUID) -> object:
    """A wound and its trend."""
    return _trend(await usecases.read_wound(tx, wound_id))


@router.post("/wounds/{wound_id}/measurements", status_code=201, response_model=WoundTrend)
async def measure_wound(tx: ByNurse, wound_id: UUID, body: NewMeasurement) -> object:
    """Measure a wound, in millimetres."""
    return _trend(await usecases.measure_wound(tx, wound_id, body))
