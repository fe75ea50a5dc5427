"""The team's own figures: its week, its continuity and its ratio. None of them is a score of a person."""

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.figures import standing_day
from services.common.membership import members
from services.common.rulebook import amounts, require_fixed_period, rules_in_force, smallest_cell
from services.roster.domain import continuity
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.domain.share import Ratio, rounded
from services.roster.domain.time_summary import TimeSummary, contracted_minutes, summarise, types_unless_few
from services.roster.domain.visit_plan import standing_minutes
from services.roster.store import continuity as contacts
from services.roster.store import figures
from services.roster.store.continuity import Night


async def time_summary(tx: Transaction, team_id: UUID, day: date | None) -> TimeSummary:
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
    return summarise(
        team_id,
        week,
        contracted=contracted_minutes(await figures.contracts(tx, team_id, week), week),
        standing=standing.unless_few(smallest),
        recorded=recorded.unless_few(smallest) if is_told else None,
        by_type=types_unless_few(by_type, smallest) if is_told else {},
        by_kind=await figures.paid_minutes_by_kind(tx, team_id, week),
        target_percent=await _amount(tx, RuleCode.CLIENT_FACING_TARGET, week.from_on),
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
        "acuity_reviewed_on": None if acuity is None else acuity.reviewed_on,
        "acuity_total": None if acuity is None else acuity.total,
        "acuity_per_wte": None if acuity is None or wte is None else Ratio.of(acuity.total, wte),
    }


async def _amount(tx: Transaction, code: RuleCode, day: date) -> int | None:
    """What a rule says on this day; before it began, a figure is shown without it."""
    return next((rule.amount for rule in await rules_in_force(tx, day) if rule.code == code), None)
