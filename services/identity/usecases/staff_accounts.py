"""Whose an account at a provider is: told by HR, because a provider knows nobody's employee id here."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import AlreadyRecorded
from services.common.paging import PageRequest, page
from services.identity.domain.staff_account import NewStaffAccount, StaffAccount
from services.identity.store import staff_accounts
from services.identity.usecases.end import end_person

TAKEN = {"staff_account_once": AlreadyRecorded, "staff_account_pkey": AlreadyRecorded}


async def link_account(tx: Transaction, new: NewStaffAccount) -> StaffAccount:
    """It signs nobody in before somebody else has confirmed it. Raises `OwnAccount` or `AlreadyRecorded`."""
    account = StaffAccount.linked(new, tx.actor.subject, tx.now)
    async with tx.refusing(TAKEN):
        tx.add(account)
    return account


async def confirm_account(tx: Transaction, account_id: UUID, if_match: int) -> StaffAccount:
    """From now on whoever signs in by it is this employee.

    Raises `NotFound`, `PreconditionFailed`, `SecondPersonNeeded` or `NotWaiting`.
    """
    account = await tx.get(StaffAccount, account_id, lock=True)
    require_version(account, if_match)
    account.confirm(tx.actor.subject, tx.now)
    await tx.session.flush()
    return account


async def list_accounts(tx: Transaction, employee_id: UUID, request: PageRequest) -> dict[str, Any]:
    """The accounts by which this employee signs or signed in."""
    return await page(tx, staff_accounts.of_employee(employee_id), StaffAccount, request)


async def remove_account(tx: Transaction, account_id: UUID, if_match: int) -> StaffAccount:
    """Nobody signs in by it any more, and what its owner is signed in on ends.

    Raises `NotFound`, `PreconditionFailed` or `AccountRemoved`.
    """
    account = await tx.get(StaffAccount, account_id, lock=True)
    require_version(account, if_match)
    account.remove(tx.now)
    await end_person(tx, account.employee_id)
    await tx.session.flush()
    return account
