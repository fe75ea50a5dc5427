"""The team's own figures: its week, its continuity and its ratio. None of them is a score of a person."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.figures import standing_day
from services.common.membership import members
from services.common.rulebook import amounts, require_fixed_period, rules_in_force, smallest_cell
from services.roster.domain import continuity
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.domain.share import Exact, Ratio, Share, rounded
from services.roster.domain.shift import ShiftKind
from services.roster.domain.time_summary import (
    COORDINATION,
    ROLLING_WEEKS,
    OwnWeek,
    client_facing,
    contracted_minutes,
    rolling,
    summarise,
    trend,
    types_unless_few,
    weeks_until,
)
from services.roster.domain.visit_plan import standing_minutes
from services.roster.store import continuity as contacts
from services.roster.store import figures
from services.roster.store.continuity import Night


async def time_summary(tx: Transaction, team_id: UUID, day: date | None) -> dict[str, Any]:
    """How the team's contracted time of one week was planned and used (mission rows 4.07 and 4.08).

    Outside the team nothing is told of what was recorded in a week that is not over.
    """
    await tx.require_team(team_id)
    week, smallest = Period.week_of(day or tx.today), await smallest_cell(tx)
    is_told = tx.actor.is_team_bound or week.to_on < tx.today
    plans, paused = await figures.plans(tx, team_id, week), await figures.paused_days(tx, team_id, week)
    standing = standing_minutes(plans, week, paused)
    recorded = await figures.recorded_minutes(tx, team_id, week)
    by_type = await figures.recorded_by_type(tx, team_id, week)
    types = types_unless_few(by_type, smallest) if is_told else {}
    told = summarise(
        team_id,
        week,
        contracted=contracted_minutes(await figures.contracts(tx, team_id, week), week),
        standing=standing.unless_few(smallest),
        recorded=recorded.unless_few(smallest) if is_told else None,
        by_type=types,
        by_kind=await figures.paid_minutes_by_kind(tx, team_id, week),
        target_percent=await _amount(tx, RuleCode.CLIENT_FACING_TARGET, week.from_on),
    )
    return {**vars(told), **await _beside(tx, team_id, week, types), **await _over_weeks(tx, team_id, week)}


async def _beside(tx: Transaction, team_id: UUID, week: Period, types: Mapping[str, Exact]) -> dict[str, Any]:
    """What is with the client and what is not; travel is an estimate, from the journeys that were planned."""
    is_told = tx.actor.is_team_bound or bool(types)
    journeys = (await figures.journeys(tx, team_id, week)).unless_few(await smallest_cell(tx))
    minutes = await _amount(tx, RuleCode.TRAVEL_PER_VISIT, week.from_on)
    return {
        "client_facing_minutes": int(client_facing(types)) if is_told else None,
        "coordination_minutes": int(types.get(COORDINATION, 0)) if is_told else None,
        "travel_minutes": None if journeys is None or minutes is None else int(journeys) * minutes,
    }


async def _over_weeks(tx: Transaction, team_id: UUID, week: Period) -> dict[str, Any]:
    """Twelve weeks up to this one, the last four as one, and how often they had protected time overwritten."""
    weeks, smallest = weeks_until(week), await smallest_cell(tx)
    whole = Period(weeks[0].from_on, week.to_on)
    until = week.to_on if tx.actor.is_team_bound else min(week.to_on, tx.today - timedelta(days=1))
    contracts = await figures.contracts(tx, team_id, whole)
    told = trend(weeks, contracts, await figures.recorded_by_week(tx, team_id, whole), smallest, until)
    four = Period(weeks[-ROLLING_WEEKS].from_on, week.to_on)
    return {
        "trend": told,
        "four_weeks_share": rolling(told, contracts),
        "protected_time_overwritten": await figures.protected_time_overwritten(tx, team_id, four),
    }


async def own_week(tx: Transaction, team_id: UUID, day: date | None) -> OwnWeek:
    """One's own week. There is no way to ask for a colleague's (mission rows 4.07 and 4.08)."""
    await tx.require_team(team_id)
    week, me = Period.week_of(day or tx.today), tx.actor.employee_id
    if me is None:
        raise NotFound("employee")
    own = [one for one in await figures.contracts(tx, team_id, week) if one.employee_id == me]
    by_type = await figures.own_recorded(tx, team_id, me, week)
    by_kind = await figures.paid_minutes_by_kind(tx, team_id, week, me)
    contracted, recorded = contracted_minutes(own, week), sum(by_type.values())
    return OwnWeek(
        team_id=team_id,
        from_on=week.from_on,
        to_on=week.to_on,
        contracted_minutes=rounded(contracted, 2),
        planned_minutes=by_kind.get(ShiftKind.SHIFT, 0),
        recorded_minutes=recorded,
        recorded_share=Share.of(recorded, contracted),
        client_facing_minutes=int(client_facing(by_type)),
        coordination_minutes=by_type.get(COORDINATION, 0),
        meeting_minutes=by_kind.get(ShiftKind.MEETING, 0),
        training_minutes=by_kind.get(ShiftKind.TRAINING, 0),
        protected_time_minutes=by_kind.get(ShiftKind.PROTECTED_TIME, 0),
        admin_minutes=by_kind.get(ShiftKind.ADMIN, 0),
    )


async def continuity_of_team(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> dict[str, Any]:
    """How few faces the clients see (mission rows 3.01 and 3.34). Raises `PeriodNotUsable` or `NotAWholeMonth`.

    Outside the team it is asked for by the month; there is no list of clients, and no figure that stands on few.
    """
    await tx.require_team(team_id)
    period = Period.between(from_on, to_on)
    require_fixed_period(tx, from_on, to_on)
    night = Night(*await amounts(tx, tx.today, RuleCode.NIGHT_FROM, RuleCode.NIGHT_UNTIL))
    in_order = await contacts.in_order(tx, team_id, period, night)
    clients = continuity.by_client(await contacts.contacts_by_person(tx, team_id, period, night), in_order)
    found = {"team_id": team_id, "from_on": from_on, "to_on": to_on}
    if len(clients) < await smallest_cell(tx):
        return {**found, "contacts": None, "named_or_deputy": None}
    found |= {"contacts": sum(one.contacts for one in clients), "named_or_deputy": continuity.of_team(clients)}
    if not tx.actor.is_team_bound:
        return found
    tx.concerns(*(one.client_id for one in clients))
    at_night = await contacts.contacts_at_night(tx, team_id, period, night)
    least = continuity.least_continuous(clients)
    return {**found, "night_contacts": at_night, "least_continuous": least, "clients": clients}


async def team_ratio(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """Clients for each member and whole-time equivalent, and how heavy they are (mission rows 4.15 and 2.10).

    Outside the team it is told for a month's end, and without the clients where they are few. Raises `NotAMonthsEnd`.
    """
    await tx.require_team(team_id)
    day = standing_day(as_of, tx.today, outside=not tx.actor.is_team_bound)
    clients: int | None = await figures.clients_in_care(tx, team_id, day)
    if clients is not None and clients < await smallest_cell(tx):
        clients = None
    acuity = await figures.acuity_review(tx, team_id, day)
    if acuity is not None and acuity.clients < await smallest_cell(tx):
        acuity = None
    team = len(await members(tx, team_id, day))
    contracts = await figures.contracts(tx, team_id, Period(day, day))
    minutes = sum(contract.minutes_per_week for contract in contracts)
    full_time = await _amount(tx, RuleCode.FULL_TIME_WEEK, day)
    wte = Fraction(minutes, full_time) if full_time else None
    return {
        "team_id": team_id,
        "as_of": day,
        "clients": clients,
        "members": team,
        "contracted_minutes": minutes,
        "full_time_minutes": full_time,
        "wte": None if wte is None else rounded(wte, 2),
        "clients_per_member": None if clients is None else Ratio.of(clients, team),
        "clients_per_wte": None if clients is None or wte is None else Ratio.of(clients, wte),
        "caution_above_clients_per_wte": await _amount(tx, RuleCode.CLIENTS_PER_WTE, day),
        "acuity_reviewed_on": None if acuity is None else acuity.reviewed_on,
        "acuity_total": None if acuity is None else acuity.total,
        "acuity_per_wte": None if acuity is None or wte is None else Ratio.of(acuity.total, wte),
    }


async def _amount(tx: Transaction, code: RuleCode, day: date) -> int | None:
    """What a rule says on this day; before it began, a figure is shown without it."""
    return next((rule.amount for rule in await rules_in_force(tx, day) if rule.code == code), None)
