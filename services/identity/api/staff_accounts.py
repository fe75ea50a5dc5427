"""Accounts at sign-in providers, linked to employees by HR or operations."""

from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.identity import usecases
from services.identity.api.callers import ByOffice
from services.identity.api.shapes import StaffAccountShape
from services.identity.domain.staff_account import NewStaffAccount

router = api_router(tags=["staff accounts"])


@router.post("/staff-accounts", status_code=201, response_model=StaffAccountShape)
async def link_account(tx: ByOffice, body: NewStaffAccount, response: Response) -> object:
    """Say whose an account is. A colleague has to confirm it before anybody signs in by it."""
    account = await usecases.link_account(tx, body)
    etag(response, account)
    return account


@router.post("/staff-accounts/{staff_account_id}/confirmation", response_model=StaffAccountShape)
async def confirm_account(tx: ByOffice, staff_account_id: UUID, version: IfMatch, response: Response) -> object:
    """A second person knows whose it is: from now on whoever signs in by it is this employee."""
    account = await usecases.confirm_account(tx, staff_account_id, version)
    etag(response, account)
    return account


@router.get("/employees/{employee_id}/staff-accounts", response_model=Page[StaffAccountShape])
async def list_accounts(tx: ByOffice, employee_id: UUID, page: Asked) -> object:
    """The accounts by which an employee signs or signed in."""
    return await usecases.list_accounts(tx, employee_id, page)


@router.post("/staff-accounts/{staff_account_id}/removal", response_model=StaffAccountShape)
async def remove_account(tx: ByOffice, staff_account_id: UUID, version: IfMatch, response: Response) -> object:
    """Somebody leaves, or the wrong account was linked: nobody signs in by it any more."""
    account = await usecases.remove_account(tx, staff_account_id, version)
    etag(response, account)
    return account
