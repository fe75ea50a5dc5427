"""Queries about contracts of employment, and the copy of them that events keep."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.contract import AgreedContract, EmployeeContract


async def keep(tx: Transaction, agreed: AgreedContract) -> None:
    """Keep the newest state of one contract; an older event that arrives late changes nothing."""
    values = {**agreed.model_dump(), "version": tx.event_version}
    newest = insert(EmployeeContract).values(**values)
    newest = newest.on_conflict_do_update(
        index_elements=["contract_id"],
        set_={name: newest.excluded[name] for name in values if name != "contract_id"},
        where=col(EmployeeContract.version) < newest.excluded.version,
    )
    await tx.session.execute(newest)


async def of_employee(tx: Transaction, employee_id: UUID) -> Sequence[EmployeeContract]:
    return await tx.all(select(EmployeeContract).where(col(EmployeeContract.employee_id) == employee_id))
