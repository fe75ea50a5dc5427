"""Medicines: what a client is to be given, and what is due for the team."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.shapes import MedicineShape
from services.caseload.domain.medicine import NewMedicine, Stop
from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["medicines"])


class DoseShape(Answer):
    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: str
    administration_id: UUID | None
    in_dispute: bool


class DueMedicine(Answer):
    """A medicine with its doses of the day; late is what nothing is recorded of although its window has closed. What is
    in dispute may have been given: nobody has settled it yet."""

    medicine: MedicineShape
    doses: list[DoseShape]


@router.post("/medicines", status_code=201, response_model=MedicineShape)
async def add_medicine(tx: ByNurse, body: NewMedicine, response: Response) -> object:
    """Write down what was prescribed; a registered nurse does."""
    return tagged(await usecases.add_medicine(tx, body), response)


@router.get("/medicines", response_model=Page[MedicineShape])
async def list_medicines(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """The medicines of a client, or of all of the caller's teams, newest first; the stopped ones say so."""
    return await usecases.list_medicines(tx, page, client_id=client_id)


@router.get("/medicines/{medicine_id}", response_model=MedicineShape)
async def read_medicine(tx: ByNurseReading, medicine_id: UUID, response: Response) -> object:
    """One medicine, with the balance of its stock if it is a controlled drug."""
    return tagged(await usecases.read_medicine(tx, medicine_id), response)


@router.post("/medicines/{medicine_id}/stop", response_model=MedicineShape)
async def stop_medicine(tx: ByNurse, medicine_id: UUID, body: Stop, version: IfMatch, response: Response) -> object:
    """It is not given any more; what is prescribed instead is added as another medicine."""
    return tagged(await usecases.stop_medicine(tx, medicine_id, body, version), response)


@router.get("/due-medicines", response_model=Page[DueMedicine])
async def list_due_medicines(tx: ByNurse, page: Asked, team_id: UUID | None = None, as_of: Day | None = None) -> object:
    """What is due for the caller's teams on a day, today unless asked otherwise, and what became of each dose."""
    return await usecases.list_due_medicines(tx, page, team_id=team_id, as_of=as_of)
