"""Queries about the accounts by which employees sign in."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.identity.domain.staff_account import StaffAccount


async def employee_of(tx: Transaction, provider: str, subject: str) -> UUID | None:
    """Whose this account is now, as two people have said."""
    wanted = select(col(StaffAccount.employee_id)).where(
        col(StaffAccount.provider) == provider,
        col(StaffAccount.subject) == subject,
        col(StaffAccount.confirmed_at).is_not(None),
        col(StaffAccount.removed_at).is_(None),
    )
    found: UUID | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


def of_employee(employee_id: UUID) -> Select[Any]:
    return select(StaffAccount).where(col(StaffAccount.employee_id) == employee_id)
