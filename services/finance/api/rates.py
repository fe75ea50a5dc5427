"""Rates: what is in force on a day, and where each figure comes from."""

from typing import Annotated

from fastapi import Query

from services.common.http import api_router
from services.common.paging import Asked, Page
from services.common.types import Day
from services.finance import usecases
from services.finance.api.callers import ByMoneyReader
from services.finance.api.shapes import RateShape
from services.finance.domain.rate import RateKind

router = api_router(tags=["rates"])


@router.get("/rates", response_model=Page[RateShape])
async def list_rates(
    tx: ByMoneyReader, page: Asked, kind: Annotated[RateKind | None, Query()] = None, on: Day | None = None
) -> object:
    """The rates in force on a day, with their sources."""
    return await usecases.list_rates(tx, page, kind=kind, on=on)
