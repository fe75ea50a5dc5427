"""Administrations: what became of each dose, once."""

from datetime import datetime
from uuid import UUID

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.domain.administration import NewAdministration
from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["medicines"])


class AdministrationShape(Answer):
    """`overrode` is the code of the refusal that was overridden, which makes it an incident. `received_at` is by the
    server's clock, `recorded_at` by whoever recorded it, who may have had no signal."""

    id: UUID
    team_id: UUID
    client_id: UUID
    medicine_id: UUID
    due_at: datetime | None
    outcome: str
    happened_at: datetime
    employee_id: UUID
    recorded_by: UUID | None
    recorded_at: datetime
    received_at: datetime | None
    witness_id: UUID | None
    reason: str | None
    stock_used: int | None
    override_reason: str | None
    overrode: str | None


@router.post("/administrations", status_code=201, response_model=AdministrationShape)
async def record_administration(tx: ByNurse, body: NewAdministration) -> object:
    """Record that a dose was given, refused or not given. A dose that was given already is refused without a reason."""
    return await usecases.record_administration(tx, body)


@router.get("/administrations", response_model=Page[AdministrationShape])
async def list_administrations(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, medicine_id: UUID | None = None
) -> object:
    """What became of the doses of a client or of one medicine, newest first."""
    return await usecases.list_administrations(tx, page, client_id=client_id, medicine_id=medicine_id)


@router.get("/medicines/{medicine_id}/administrations", response_model=Page[AdministrationShape])
async def administrations_of_medicine(tx: ByNurseReading, page: Asked, medicine_id: UUID) -> object:
    """What became of the doses of one medicine, newest first; also for whoever broke the glass."""
    return await usecases.administrations_of_medicine(tx, page, medicine_id)


@router.get("/administrations/{administration_id}", response_model=AdministrationShape)
async def read_administration(tx: ByNurseReading, administration_id: UUID) -> object:
    """One of them."""
    return await usecases.read_administration(tx, administration_id)
