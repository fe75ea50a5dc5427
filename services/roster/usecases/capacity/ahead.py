"""Eight weeks ahead: what care asks of the team, and what time the team has for it."""

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.rulebook import SMALLEST_CELL, amounts
from services.roster.domain.capacity import Known, Limits, Week, forecast, on_leave, weeks_from
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.domain.visit_plan import standing_minutes
from services.roster.store import capacity, dependency, figures, leave, sharing

# Of a week, what may be told outside the team: nothing in it lets anybody work out one member's leave.
OUTSIDE = ("from_on", "to_on", "contracted_minutes", "vacant_minutes")


async def weeks_ahead(tx: Transaction, team_id: UUID, day: date | None) -> dict[str, Any]:
    """Eight weeks of asked and of available time, the first being the week of this day (mission rows 4.11 and 4.14).

    Outside the team, and for a neighbour with whom it shares them, a week is its light, contracts and vacancies; there
    is no light where the clients are few. Raises `NotFound`.
    """
    if tx.actor.is_team_bound and team_id not in await tx.teams() and await sharing.is_shared(tx, team_id):
        async with sharing.acting_for(tx, team_id):
            return await _weeks(tx, team_id, day, is_outside=True)
    await tx.require_team(team_id)
    return await _weeks(tx, team_id, day, is_outside=not tx.actor.is_team_bound)


async def _weeks(tx: Transaction, team_id: UUID, day: date | None, *, is_outside: bool) -> dict[str, Any]:
    weeks = weeks_from(day or tx.today)
    whole = Period(weeks[0].from_on, weeks[-1].to_on)
    known, limits = await _known(tx, team_id, whole), await limits_on(tx, tx.today)
    found: dict[str, Any] = {"team_id": team_id, "weeks": forecast(weeks, known, limits)}
    if is_outside:
        clients = standing_minutes(known.plans, whole, known.paused).clients
        # A neighbour is bound by the smallest cell as well, although within a team nothing is hidden.
        (cell,) = await amounts(tx, tx.today, SMALLEST_CELL)
        is_told = clients >= cell
        found["weeks"] = [_outside(week, is_told=is_told) for week in found["weeks"]]
    return found


def _outside(week: Week, *, is_told: bool) -> dict[str, Any]:
    return {**{name: getattr(week, name) for name in OUTSIDE}, "light": week.light if is_told else None}


async def limits_on(tx: Transaction, day: date) -> Limits:
    """Raises `NoRuleInForce`."""
    codes = (RuleCode.INDIRECT_SHARE, RuleCode.TRAVEL_PER_VISIT, RuleCode.AMBER_ABOVE, RuleCode.RED_ABOVE)
    indirect, travel, amber, red = await amounts(tx, day, *codes)
    return Limits(Fraction(indirect, 100), travel, Fraction(amber, 100), Fraction(red, 100))


async def _known(tx: Transaction, team_id: UUID, whole: Period) -> Known:
    """One statement for each list. Agreed leave is the team's own, beside what is set aside."""
    members = await capacity.members(tx, team_id, whole)
    people = {one.employee_id for one in members}
    agreed = await leave.agreed_leave(tx, people, whole.from_on, whole.to_on)
    off = on_leave([one for one in agreed if one.team_id == team_id], members, whole)
    return Known(
        plans=await figures.plans(tx, team_id, whole),
        paused=await figures.paused_days(tx, team_id, whole),
        extras=await capacity.extras(tx, team_id, whole),
        contracts=await figures.contracts(tx, team_id, whole),
        members=members,
        away=[*await capacity.away(tx, team_id, whole), *off],
        vacant=await capacity.vacant(tx, team_id, whole),
        on_shift=await capacity.on_shift(tx, team_id, whole),
        weights=await dependency.weights(tx, team_id),
    )
