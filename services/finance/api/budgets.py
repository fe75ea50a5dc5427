"""Pooled budgets: who pledged what, who has paid, and where the team stands."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Day
from services.finance import usecases
from services.finance.api.callers import ByFinance, ByMoneyReader
from services.finance.api.shapes import BudgetShape, BudgetStanding, ContributionShape
from services.finance.domain.budget import Invoiced, NewBudget, Paid

router = api_router(tags=["budgets"])


def _standing(read: tuple[Any, Any, Any], response: Response) -> dict[str, Any]:
    budget, contributions, statement = read
    etag(response, budget)
    return {**budget.model_dump(), **vars(statement), "contributions": contributions}


@router.post("/budgets", status_code=201, response_model=BudgetStanding)
async def agree_budget(tx: ByFinance, body: NewBudget, response: Response) -> object:
    """Partners pool money for a team."""
    return _standing(await usecases.agree_budget(tx, body), response)


@router.get("/budgets", response_model=Page[BudgetShape])
async def list_budgets(tx: ByMoneyReader, page: Asked, team_id: UUID | None = None) -> object:
    """The budgets with what was pledged to each in all."""
    found = await usecases.list_budgets(tx, page, team_id=team_id)
    items = [{**budget.model_dump(), "total_pence": found["totals"][budget.id]} for budget in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}


@router.get("/budgets/{budget_id}", response_model=BudgetStanding)
async def read_budget(tx: ByMoneyReader, budget_id: UUID, response: Response, as_of: Day | None = None) -> object:
    """One budget: its parts, what was spent, an even spend, and where the present pace leads.

    To those around the team it is told as it stood at a month's end.
    """
    return _standing(await usecases.read_budget(tx, budget_id, as_of=as_of), response)


@router.post("/budgets/{budget_id}/contributions/{contribution_id}/invoiced", response_model=ContributionShape)
async def record_invoiced(
    tx: ByFinance, budget_id: UUID, contribution_id: UUID, body: Invoiced, version: IfMatch
) -> object:
    """How much a partner has been invoiced for in all so far."""
    return await usecases.record_invoiced(tx, budget_id, contribution_id, body, version)


@router.post("/budgets/{budget_id}/contributions/{contribution_id}/paid", response_model=ContributionShape)
async def record_paid(tx: ByFinance, budget_id: UUID, contribution_id: UUID, body: Paid, version: IfMatch) -> object:
    """How much a partner has paid in all so far."""
    return await usecases.record_paid(tx, budget_id, contribution_id, body, version)
