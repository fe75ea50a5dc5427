"""Contracts, and those that end soon."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.common.http import IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Day, InDigits
from services.hr import usecases
from services.hr.api.callers import ByHr, ByHrOrAroundTeam
from services.hr.api.shapes import ContractShape, EndingContract
from services.hr.domain.contract import NewContract, Recall

router = api_router(tags=["contracts"])


@router.post("/contracts", status_code=201, response_model=ContractShape)
async def agree_contract(tx: ByHr, body: NewContract, response: Response) -> object:
    """A contract is agreed."""
    return tagged(await usecases.agree_contract(tx, body), response)


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


@router.get("/contracts/{contract_id}", response_model=ContractShape)
async def read_contract(tx: ByHr, contract_id: UUID, response: Response) -> object:
    """One contract."""
    return tagged(await usecases.read_contract(tx, contract_id), response)


@router.post("/contracts/{contract_id}/recall", response_model=ContractShape)
async def recall_secondee(tx: ByHr, contract_id: UUID, body: Recall, version: IfMatch, response: Response) -> object:
    """The home employer calls a secondee back: the contract ends sooner, and the team hears of it."""
    return tagged(await usecases.recall_secondee(tx, contract_id, body, version), response)
