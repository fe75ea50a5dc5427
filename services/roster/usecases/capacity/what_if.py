"""What if we took her on: one call says which visits fit, with whom and when, and what is missing by day."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.rulebook import amounts
from services.roster.domain.rule import RuleCode
from services.roster.domain.what_if import TypicalWeek, WhatIf
from services.roster.solver.taking_on import Taken, take_on
from services.roster.store import facts
from services.roster.store import what_if as store
from services.roster.store.abilities import abilities

RULES = (
    RuleCode.TRAVEL_PER_VISIT,
    RuleCode.PRICE_OF_BUDDY,
    RuleCode.PRICE_OF_OTHER,
    RuleCode.AWAKE_FROM,
    RuleCode.AWAKE_UNTIL,
    RuleCode.BREAK_EDGE,
)


async def what_if(tx: Transaction, asked: WhatIf) -> dict[str, Any]:
    """Try the visits in the newest week that has shifts; everything planned in it stays (mission row 4.10).

    Raises `NotFound`, `UnknownClient` or `NoRuleInForce`.
    """
    await tx.require_team(asked.team_id)
    week = await store.typical_week(tx, asked.team_id, asked.week_of or tx.today)
    days = await store.days(tx, asked.team_id, week)
    travel, buddy, other, awake_from, awake_until, edge = await amounts(tx, tx.today, *RULES)
    people = sorted({shift.employee_id for day in days for shift in day.shifts})
    faces = await _faces(tx, asked, week.from_on, float(buddy))
    known = TypicalWeek(
        days,
        await abilities(tx, asked.team_id, people, week.from_on),
        travel,
        awake=(awake_from, awake_until),
        edge=edge,
        faces=faces,
        new_face=float(other) if faces else 0.0,
        client_id=asked.client_id,
    )
    taken = await asyncio.to_thread(take_on, known, asked)
    return {
        "team_id": asked.team_id,
        "typical_week": {"from_on": week.from_on, "to_on": week.to_on},
        "fits": all(one.fits for one in taken),
        "gap_minutes": sum(one.gap_minutes for one in taken),
        "days": list(_by_day(week.days(), taken)),
    }


async def _faces(tx: Transaction, asked: WhatIf, on: date, buddy: float) -> dict[UUID, float]:
    """Who is known to the client, by price: nothing for named nurse and deputy. Raises `UnknownClient`."""
    if asked.client_id is None:
        return {}
    named = await facts.care_team(tx, asked.team_id, asked.client_id)
    known = await store.faces(tx, asked.team_id, asked.client_id, on)
    return {**dict.fromkeys(known, buddy), **dict.fromkeys(named, 0.0)}


def _by_day(days: Sequence[date], taken: Iterable[Taken]) -> Iterable[dict[str, Any]]:
    of_day = {day: list(found) for day, found in groupby(taken, key=lambda one: one.on)}
    for day in days:
        visits = of_day.get(day, [])
        yield {"on": day, "gap_minutes": sum(one.gap_minutes for one in visits), "visits": visits}
