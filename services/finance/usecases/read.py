"""Reading: rates, activity and its cost, and where each reablement episode stands."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.figures import require_period, standing_day
from services.common.paging import PageRequest, page
from services.common.rulebook import require_fixed_period, smallest_cell
from services.finance.domain.activity import ActivityLine
from services.finance.domain.activity_cost import ActivityCost, shown
from services.finance.domain.rate import Rate, RateKind
from services.finance.domain.reablement import Figure, ReablementEpisode, figure
from services.finance.store import activity, rates, reablement


async def list_rates(
    tx: Transaction, request: PageRequest, *, kind: RateKind | None, on: date | None
) -> dict[str, Any]:
    """The rates in force on a day, today unless told otherwise."""
    return await page(tx, rates.listed(kind=kind, on=on or tx.today), Rate, request)


async def list_activity_lines(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, first: date, last: date
) -> dict[str, Any]:
    """Raises `PeriodReversed`."""
    require_period(first, last)
    return await page(tx, await activity.listed(tx, team_id=team_id, first=first, last=last), ActivityLine, request)


async def costs_of_activity(tx: Transaction, team_id: UUID, first: date, last: date) -> list[ActivityCost]:
    """What each kind of activity cost, in all and by the hour, by the band of who gave it.

    Outside the team it is told of one month, and not where it stands on few clients; what a whole month cost can
    still be had from the budget. Raises `PeriodReversed` or `NotAWholeMonth`.
    """
    require_period(first, last)
    await tx.require_team(team_id)
    require_fixed_period(tx, first, last)
    return shown(await activity.costs(tx, team_id, first, last), await smallest_cell(tx))


async def list_reablement_episodes(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, as_of: date | None
) -> tuple[dict[str, Any], date]:
    """The episodes that run on a day, today unless told otherwise, and the day."""
    day = as_of or tx.today
    wanted = await reablement.listed(tx, team_id=team_id, as_of=day)
    return await page(tx, wanted, ReablementEpisode, request), day


async def reablement_summary(tx: Transaction, team_id: UUID, *, as_of: date | None) -> tuple[dict[str, Figure], date]:
    """How many of the team's episodes stand where, in counts that point at nobody, and the day.

    Outside the team it is told for a month's end. Raises `NotAMonthsEnd`.
    """
    await tx.require_team(team_id)
    day = standing_day(as_of, tx.today, outside=not tx.actor.is_team_bound)
    stages = await reablement.stages(tx, team_id, day)
    smallest = await smallest_cell(tx)
    return {stage: figure(count, smallest) for stage, count in stages._mapping.items()}, day
