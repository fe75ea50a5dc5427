"""The stock of controlled drugs: what came and went, and what two people count."""

from typing import Any
from uuid import UUID

from services.caseload.domain.controlled_drug import (
    Change,
    NewStockCount,
    NewStockEntry,
    StockCount,
    StockEntry,
)
from services.caseload.domain.medicine import Medicine
from services.caseload.store import medicines as store
from services.caseload.usecases.administer import tell_of_incident
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page

DISCREPANCY = "controlled_drug_discrepancy"


async def record_stock(tx: Transaction, new: NewStockEntry) -> StockEntry:
    """Stock was delivered or returned. Raises `NotAControlledDrug` or `StockTooLow`."""
    medicine = await tx.get(Medicine, new.medicine_id, lock=True)
    entry = StockEntry.of(medicine, Change.recorded(new), tx.actor.employee_id, tx.now)
    tx.add(entry)
    return entry


async def list_stock_entries(tx: Transaction, request: PageRequest, *, medicine_id: UUID | None) -> dict[str, Any]:
    """The register, of one medicine where asked, newest first."""
    wanted = await store.listed(tx, StockEntry, medicine_id=medicine_id)
    return await page(tx, wanted, StockEntry, request, newest_first=True)


async def count_stock(tx: Transaction, new: NewStockCount) -> StockCount:
    """One person counts. Nothing changes until another confirms it. Raises `NotAControlledDrug`."""
    medicine = await tx.get(Medicine, new.medicine_id, lock=True)
    count = StockCount.counted_of(new, medicine, tx.actor.employee_id, tx.now)
    tx.add(count)
    return count


async def read_stock_count(tx: Transaction, stock_count_id: UUID) -> StockCount:
    return await tx.get(StockCount, stock_count_id)


async def confirm_stock_count(tx: Transaction, stock_count_id: UUID, if_match: int) -> StockCount:
    """Another person counted the same. Where the balance said something else it is put right, as an incident.

    Raises `PreconditionFailed`, `CountedByOneself`, `CountAlreadyConfirmed` or `StockChangedSinceCount`.
    """
    count = await tx.get(StockCount, stock_count_id, lock=True)
    require_version(count, if_match)
    medicine = await tx.get(Medicine, count.medicine_id, lock=True)
    change = count.confirm(medicine, tx.actor.employee_id, tx.now)
    if change is not None:
        tx.add(StockEntry.of(medicine, change, tx.actor.employee_id, tx.now))
        tell_of_incident(tx, count, DISCREPANCY)
    await tx.session.flush()
    return count
