"""The stock of controlled drugs: its register, and counts by two people."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.domain.controlled_drug import NewStockCount, NewStockEntry
from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["medicines"])


class StockEntryShape(Answer):
    """`because_of` is the administration or the count that changed the stock."""

    id: UUID
    team_id: UUID
    client_id: UUID
    medicine_id: UUID
    movement: str
    change: int
    balance: int
    because_of: UUID | None
    happened_at: datetime
    recorded_by: UUID | None
    recorded_at: datetime


class StockCountShape(Answer):
    """What was counted, the balance at that time, and who confirmed it."""

    id: UUID
    team_id: UUID
    client_id: UUID
    version: int
    medicine_id: UUID
    counted: int
    balance: int
    difference: int
    counted_by: UUID | None
    counted_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None


@router.post("/stock-entries", status_code=201, response_model=StockEntryShape)
async def record_stock(tx: ByNurse, body: NewStockEntry) -> object:
    """Record that stock of a controlled drug was delivered or returned."""
    return await usecases.record_stock(tx, body)


@router.get("/stock-entries", response_model=Page[StockEntryShape])
async def list_stock_entries(tx: ByNurse, page: Asked, medicine_id: UUID | None = None) -> object:
    """The register of a controlled drug, newest first, each line with the balance after it."""
    return await usecases.list_stock_entries(tx, page, medicine_id=medicine_id)


@router.post("/stock-counts", status_code=201, response_model=StockCountShape)
async def count_stock(tx: ByNurse, body: NewStockCount, response: Response) -> object:
    """Say what you counted; it holds once another member of the team has confirmed it."""
    return tagged(await usecases.count_stock(tx, body), response)


@router.get("/stock-counts/{stock_count_id}", response_model=StockCountShape)
async def read_stock_count(tx: ByNurse, stock_count_id: UUID, response: Response) -> object:
    """One count."""
    return tagged(await usecases.read_stock_count(tx, stock_count_id), response)


@router.post("/stock-counts/{stock_count_id}/confirm", response_model=StockCountShape)
async def confirm_stock_count(tx: ByNurse, stock_count_id: UUID, version: IfMatch, response: Response) -> object:
    """Say that you counted the same. From then on it is the balance, and a difference is an incident."""
    return tagged(await usecases.confirm_stock_count(tx, stock_count_id, version), response)
