"""Months that are over: summed up for finance, and once more where something came in late (mission row 7.12)."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.rulebook import amounts, smallest_cell
from services.common.service import Runtime
from services.common.watching import keep_on
from services.roster.domain.month import SummedMonth, months_before
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.domain.shift import ShiftKind
from services.roster.domain.time_summary import (
    COORDINATION,
    client_facing,
    contracted_minutes,
    types_unless_few,
)
from services.roster.events import MonthSummed
from services.roster.store import capacity, figures, floor

log = logging.getLogger(__name__)

EVERY_SECONDS = 6 * 60 * 60.0
# What is recorded later than this no longer changes what finance was told.
MONTHS = 2


async def watch_months(runtime: Runtime) -> None:
    """As long as the process lives."""
    await keep_on("months", EVERY_SECONDS, partial(sum_months, runtime.database))


async def sum_months(database: Database) -> int:
    """Tell of the last months of every team, as far as they are not told as they are. How many were told.

    A team that fails stands in nobody's way: the next is told all the same.
    """
    async with database.transaction(SYSTEM) as tx:
        teams, months = await floor.teams(tx), months_before(tx.today, MONTHS)
    told = 0
    for team_id in teams:
        try:
            async with database.transaction(SYSTEM) as tx:
                of_team = sum([await _is_told(tx, team_id, month) for month in months])
            told += of_team
        except Exception as error:  # noqa: BLE001  the next team is told all the same
            log.warning("months not summed", extra={"team_id": str(team_id), "error": type(error).__name__})
    return told


async def _is_told(tx: Transaction, team_id: UUID, month: Period) -> bool:
    """Whether there was something to tell; of a month in which nobody had a contract there is not."""
    await tx.take_turns(f"month/{team_id}")
    found = await _minutes(tx, team_id, month)
    summed = await capacity.summed_month(tx, team_id, month.from_on)
    if summed is None and not found["contracted_minutes"]:
        return False
    if summed is None:
        summed = SummedMonth.begun(team_id, month.from_on, found, tx.now)
        tx.add(summed)
    elif not summed.follow(found, tx.now):
        return False
    about: dict[str, Any] = {"month_id": summed.id, "team_id": team_id, "month_on": month.from_on}
    told = MonthSummed(**about, **summed.minutes())
    tx.publish(told, about=summed)
    return True


async def _minutes(tx: Transaction, team_id: UUID, month: Period) -> dict[str, Any]:
    """As whoever works across teams may read them."""
    smallest = await smallest_cell(tx)
    (travel,) = await amounts(tx, month.to_on, RuleCode.TRAVEL_PER_VISIT)
    types = types_unless_few(await figures.recorded_by_type(tx, team_id, month), smallest)
    journeys = (await figures.journeys(tx, team_id, month)).unless_few(smallest)
    by_kind = await figures.paid_minutes_by_kind(tx, team_id, month)
    kinds = (ShiftKind.MEETING, ShiftKind.TRAINING, ShiftKind.PROTECTED_TIME, ShiftKind.ADMIN)
    return {
        "contracted_minutes": int(contracted_minutes(await figures.contracts(tx, team_id, month), month)),
        "client_facing_minutes": int(client_facing(types)) if types else None,
        "coordination_minutes": int(types.get(COORDINATION, 0)) if types else None,
        "travel_minutes": None if journeys is None else int(journeys) * travel,
        **{f"{kind}_minutes": by_kind.get(kind, 0) for kind in kinds},
    }
