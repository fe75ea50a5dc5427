"""Delegations: who may give which client's medicine until when."""

from datetime import date, datetime
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.domain.delegation import NewDelegation
from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["medicines"])


class DelegationShape(Answer):
    id: UUID
    team_id: UUID
    client_id: UUID
    version: int
    task: str
    medicine_id: UUID
    employee_id: UUID
    until_on: date
    competence_assessed_by: UUID
    competence_assessed_on: date
    competence_until_on: date
    competency_id: UUID | None
    delegated_by: UUID | None
    delegated_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: UUID | None


@router.post("/delegations", status_code=201, response_model=DelegationShape)
async def delegate(tx: ByNurse, body: NewDelegation, response: Response) -> object:
    """Let somebody give one client's medicine; a registered nurse does, and says who assessed their competence."""
    return tagged(await usecases.delegate(tx, body), response)


@router.get("/delegations", response_model=Page[DelegationShape])
async def list_delegations(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, medicine_id: UUID | None = None
) -> object:
    """What is and was delegated for a client or of one medicine, newest first."""
    return await usecases.list_delegations(tx, page, client_id=client_id, medicine_id=medicine_id)


@router.get("/delegations/{delegation_id}", response_model=DelegationShape)
async def read_delegation(tx: ByNurse, delegation_id: UUID, response: Response) -> object:
    """One of them."""
    return tagged(await usecases.read_delegation(tx, delegation_id), response)


@router.post("/delegations/{delegation_id}/withdraw", response_model=DelegationShape)
async def withdraw_delegation(tx: ByNurse, delegation_id: UUID, version: IfMatch, response: Response) -> object:
    """It ends now; anybody of the team may say so."""
    return tagged(await usecases.withdraw_delegation(tx, delegation_id, version), response)
