"""Contracts, and those that end soon."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.common.http import api_router
from services.common.paging import Asked, Page
from services.common.types import Day, InDigits
from services.hr import usecases
from services.hr.api.callers import ByHr, ByHrOrAroundTeam
from services.hr.api.shapes import ContractShape, EndingContract
from services.hr.domain.contract import NewContract

router = api_router(tags=["contracts"])


@router.post("/contracts", status_code=201, response_model=ContractShape)
async def agree_contract(tx: ByHr, body: NewContract) -> object:
    """A contract is agreed."""
    return await usecases.agree_contract(tx, body)


@router.get("/contracts", response_model=Page[ContractShape])
async def list_contracts(tx: ByHr, page: Asked, team_id: UUID | None = None, employee_id: UUID | None = None) -> object:
    """Contracts, of a team or of a person where asked."""
    return await usecases.list_contracts(tx, page, team_id=team_id, employee_id=employee_id)


@router.get("/contracts/ending", response_model=Page[EndingContract])
async def contracts_ending(
    tx: ByHrOrAroundTeam,
    page: Asked,
    team_id: UUID,
    as_of: Day | None = None,
    within_days: Annotated[int | None, Query(ge=0, le=400), InDigits] = None,
) -> object:
    """The team's contracts that end within so many days of a day, today where none is given."""
    found = await usecases.contracts_ending(tx, page, team_id, as_of=as_of, within_days=within_days)
    items = [
        {
            "contract_id": contract.id,
            "employee_id": contract.employee_id,
            "kind": contract.kind,
            "until_on": contract.until_on,
            "days_left": days_left,
        }
        for contract, days_left in found["items"]
    ]
    return {**found, "items": items}
