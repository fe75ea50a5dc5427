"""Overheads of a team's month, by the hours that roster tells and what an hour cost."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.rulebook import amounts, smallest_cell
from services.finance.domain.overhead import overhead_of
from services.finance.domain.rule import RuleCode
from services.finance.store import activity, overheads


async def overheads_of_month(tx: Transaction, team_id: UUID, month_on: date) -> dict[str, Any]:
    """Raises `NotFound` for a team that is not the caller's, and for a month that is not over or not told yet."""
    await tx.require_team(team_id)
    month = await overheads.month_of(tx, team_id, month_on.replace(day=1))
    if month is None:
        raise NotFound("team_month")
    last = (month.month_on + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    sums = await activity.costs(tx, team_id, month.month_on, last)
    costed = [one for one in sums.by_band if one.cost_pence is not None]
    if sums.costed.all < await smallest_cell(tx):
        costed = []
    pence, minutes = sum(one.cost_pence or 0 for one in costed), sum(one.minutes for one in costed)
    low, usual = await amounts(tx, tx.today, RuleCode.OVERHEAD_LOW, RuleCode.OVERHEAD_USUAL)
    return {
        **month.model_dump(exclude={"month_id", "version"}),
        "overhead": overhead_of(month, pence, minutes),
        "yardstick_low_percent": low,
        "yardstick_usual_percent": usual,
    }
