"""The limits and thresholds that hr keeps, with their sources."""

from services.common.http import api_router
from services.common.types import Day
from services.hr import usecases
from services.hr.api.callers import ByHrFinanceOrAroundTeam
from services.hr.api.shapes import Rules

router = api_router(tags=["rules"])


@router.get("/rules", response_model=Rules)
async def list_rules(tx: ByHrFinanceOrAroundTeam, as_of: Day | None = None) -> object:
    """Each rule's value on a day, with its source and how sure we are of it."""
    return {"items": await usecases.list_rules(tx, as_of)}
