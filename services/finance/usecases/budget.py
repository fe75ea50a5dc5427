"""Pooled budgets: agreed, paid into, and read with where they stand."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.common.auth import Persona
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.figures import standing_day
from services.common.paging import PageRequest, page
from services.finance.domain import ledger as book
from services.finance.domain.budget import (
    Budget,
    BudgetOverlaps,
    Contribution,
    Invoiced,
    NewBudget,
    Paid,
    Statement,
    statement,
)
from services.finance.store import budgets, ledger

Standing = tuple[Budget, Sequence[Contribution], Statement]


async def agree_budget(tx: Transaction, new: NewBudget) -> Standing:
    """Partners pool money for a team; what its days have cost already is counted against it.

    Raises `BudgetOverlaps`.
    """
    await tx.require_team(new.team_id)
    await tx.take_turns(new.team_id)
    budget = Budget.agreed(new, tx.now)
    async with tx.refusing({"budget_one_a_day": BudgetOverlaps}):
        tx.add(budget)
    tx.session.add_all(Contribution.to(budget, part, place) for place, part in enumerate(new.contributions))
    await _take_up(tx, budget)
    await tx.session.flush()
    return await read_budget(tx, budget.id, as_of=None)


async def _take_up(tx: Transaction, budget: Budget) -> None:
    """Count against a budget what its days cost before it was agreed, day by day."""
    entries = [
        book.cost_taken_up(
            budget.day_source(day.entry_on),
            team_id=budget.team_id,
            budget_id=budget.id,
            on=day.entry_on,
            pence=day.pence,
            now=tx.now,
        )
        for day in await ledger.without_budget(tx, budget.team_id, budget.starts_on, budget.ends_on)
    ]
    await ledger.enter(tx, entries)


async def read_budget(tx: Transaction, budget_id: UUID, *, as_of: date | None) -> Standing:
    """Where the budget stands at the end of a day, today unless told otherwise.

    To those who neither belong to the team nor keep its books it is told for a month's end, since the difference
    between two days may be the cost of one client. It is whole all the same, for those who fund it: two months' ends
    tell what the month between them cost, also where that stands on few clients. Raises `NotFound` or `NotAMonthsEnd`.
    """
    budget = await tx.get(Budget, budget_id)
    is_around = not tx.actor.is_team_bound and tx.actor.persona is not Persona.FINANCE
    day = standing_day(as_of, tx.today, outside=is_around)
    parts = await budgets.contributions(tx, budget.id)
    return budget, parts, statement(budget, parts, await ledger.spent(tx, budget.id, day), day)


async def list_budgets(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The budgets with what was pledged to each."""
    found = await page(tx, await budgets.listed(tx, team_id=team_id), Budget, request)
    found["totals"] = await budgets.totals(tx, [budget.id for budget in found["items"]])
    return found


async def record_invoiced(
    tx: Transaction, budget_id: UUID, contribution_id: UUID, invoiced: Invoiced, if_match: int
) -> Contribution:
    """A partner has been sent invoices for this much in all. Raises `MoreThanPledged`."""
    contribution = await _contribution(tx, budget_id, contribution_id, if_match)
    contribution.invoiced(invoiced, tx.now)
    return contribution


async def record_paid(
    tx: Transaction, budget_id: UUID, contribution_id: UUID, paid: Paid, if_match: int
) -> Contribution:
    """A partner has paid this much in all. Raises `MoreThanPledged`."""
    contribution = await _contribution(tx, budget_id, contribution_id, if_match)
    contribution.paid(paid, tx.now)
    return contribution


async def _contribution(tx: Transaction, budget_id: UUID, contribution_id: UUID, if_match: int) -> Contribution:
    """The contribution, about to change, so that the budget it belongs to is another version too."""
    budget = await tx.get(Budget, budget_id, lock=True)
    require_version(budget, if_match)
    contribution = await tx.get(Contribution, contribution_id, lock=True)
    if contribution.budget_id != budget.id:
        raise NotFound("contribution")
    budget.changed_at = tx.now
    return contribution
