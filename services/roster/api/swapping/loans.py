"""Loans: a nurse works a shift with another team, by the word of both teams and her own."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.db import Transaction
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.roster.api.swapping.shapes import LoanShape
from services.roster.domain.loan import Lending, Loan, LoanState, NewLoan
from services.roster.usecases import swapping

router = api_router(tags=["loans"])


async def _shown(tx: Transaction, loan: Loan) -> LoanShape:
    """On which grounds a team lends stays with it."""
    shape = LoanShape.model_validate(loan)
    if loan.lending_team_id in await tx.teams():
        return shape
    return shape.model_copy(update={"ground": None, "below_floor_words": None, "agreed_by": None})


async def _tagged(tx: Transaction, loan: Loan, response: Response) -> object:
    etag(response, loan)
    return await _shown(tx, loan)


@router.post("/loans", status_code=201, response_model=LoanShape)
async def ask_loan(tx: ByNurse, body: NewLoan, response: Response) -> object:
    """Ask another team for a nurse for one shift, with the skills it needs. It hears of no client."""
    return await _tagged(tx, await swapping.ask_loan(tx, body), response)


@router.get("/loans", response_model=Page[LoanShape])
async def list_loans(tx: ByNurse, page: Asked, team_id: UUID | None = None, state: LoanState | None = None) -> Any:
    """What the caller's teams borrow and lend, the newest first."""
    found = await swapping.list_loans(tx, page, team_id=team_id, state=state)
    return {**found, "items": [await _shown(tx, loan) for loan in found["items"]]}


@router.get("/loans/{loan_id}", response_model=LoanShape)
async def read_loan(tx: ByNurse, loan_id: UUID, response: Response) -> object:
    """One loan, for both teams; the grounds of the lender for the lender alone."""
    return await _tagged(tx, await swapping.read_loan(tx, loan_id), response)


@router.post("/loans/{loan_id}/agree", response_model=LoanShape)
async def agree_loan(tx: ByNurse, loan_id: UUID, body: Lending, version: IfMatch, response: Response) -> object:
    """A member of the lending team names whom it lends; what breaks a rule, or its floor, says why."""
    return await _tagged(tx, await swapping.agree_loan(tx, loan_id, body, version), response)


@router.post("/loans/{loan_id}/place", response_model=LoanShape)
async def place_loan(tx: ByNurse, loan_id: UUID, version: IfMatch, response: Response) -> object:
    """The nurse says yes herself: her shift with the borrowing team is made."""
    return await _tagged(tx, await swapping.place_loan(tx, loan_id, version), response)


@router.post("/loans/{loan_id}/decline", response_model=LoanShape)
async def decline_loan(tx: ByNurse, loan_id: UUID, version: IfMatch, response: Response) -> object:
    """The lending team, or the nurse it named, says no."""
    return await _tagged(tx, await swapping.decline_loan(tx, loan_id, version), response)


@router.post("/loans/{loan_id}/withdraw", response_model=LoanShape)
async def withdraw_loan(tx: ByNurse, loan_id: UUID, version: IfMatch, response: Response) -> object:
    """The borrowing team takes back what it asked, before anybody is placed."""
    return await _tagged(tx, await swapping.withdraw_loan(tx, loan_id, version), response)


@router.post("/loans/{loan_id}/end", response_model=LoanShape)
async def end_loan(tx: ByNurse, loan_id: UUID, version: IfMatch, response: Response) -> object:
    """Either team takes the shift off before it begins."""
    return await _tagged(tx, await swapping.end_loan(tx, loan_id, version), response)
