"""Queries about contracts of employment, and the copy of them that events keep."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.common.projections import keep_newest
from services.finance.domain.contract import AgreedContract, EmployeeContract


async def keep(tx: Transaction, agreed: AgreedContract) -> None:
    """Keep the newest state of one contract; an older event that arrives late changes nothing."""
    await keep_newest(tx, EmployeeContract, agreed.model_dump())


async def of_employee(tx: Transaction, employee_id: UUID) -> Sequence[EmployeeContract]:
    return await tx.all(select(EmployeeContract).where(col(EmployeeContract.employee_id) == employee_id))
