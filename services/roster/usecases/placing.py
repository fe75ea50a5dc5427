"""Placing time: whatever is planned of somebody's time is judged by their history, and stands with its ground."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.types import day_in_england, midnight_in_england
from services.roster.domain import rota as judge
from services.roster.domain.breach import Breach, Ground, RestOwed, newly, require_grounds
from services.roster.domain.leave import credited, days_away
from services.roster.domain.rota import scored
from services.roster.domain.rota.problem import Member, Problem, Rules, Standing
from services.roster.domain.rota_version.shifts import Stretch, of_shift
from services.roster.domain.rota_version.standing import Said
from services.roster.domain.rota_version.worked import HISTORY_DAYS, WEEK, WORKED_WEEKS, Worked
from services.roster.domain.rule import RuleCode
from services.roster.domain.shift import VISITING, Shift
from services.roster.store import breaches, leave, rota_people, rota_versions
from services.roster.store.of_team import of_team
from services.roster.usecases.agreed import team_rule, team_rules
from services.roster.usecases.resting import take_away

DAYS = 14


@dataclass(frozen=True)
class Placed:
    """What a shift breaks, and the Monday from which its days are counted."""

    from_on: date
    found: Sequence[scored.Breach]


@dataclass(frozen=True)
class Whose:
    """Since when somebody belongs to the team, their leave by day of the fortnight and all its days, and opting out.

    Of the `standings` of the fortnight that alone is asked for: a shift has no role to fill, and nobody beside it.
    """

    employee_id: UUID
    since_on: date
    credited: Mapping[int, int]
    away: Collection[date]
    standings: Sequence[Standing]


async def judge_shift(
    tx: Transaction, shift: Shift, ground: Ground | None, *, of_team: UUID | None = None, **at: str
) -> Placed:
    """What this shift breaks that was not broken without it: a fortnight, with a fortnight and 16 weeks before it.

    The break within a shift is not asked about: a shift names the unpaid one alone. Somebody who is lent is judged by
    the rules `of_team`, her own. `at` are the fields of `require_grounds`. Raises `ShiftTooLong`, `OnLeave` or
    `BreachNeedsGround`.
    """
    on, team_id = day_in_england(shift.starts_at), of_team or shift.team_id
    monday = on - timedelta(days=on.weekday())
    if shift.kind not in VISITING:
        return Placed(monday, [])
    who, until = shift.employee_id, monday + timedelta(days=DAYS)
    since = monday - timedelta(days=WORKED_WEEKS * WEEK)
    with tx.session.no_autoflush:
        others = await rota_people.stretches(tx, [who], since, until, but=shift.id)
        away = await leave.agreed_leave(tx, [who], since, until)
        belonging = await rota_versions.memberships(tx, team_id, monday, until)
        known = Said(opted_out=await rota_people.opted_out(tx, [who], monday, until))
    rules = await team_rules(tx, team_id, on)
    began = min((first for first, _ in belonging.get(who, ())), default=on)
    standings = [replace(one, cleared=True) for one in known.standings([who], monday, DAYS)[who]]
    whose = Whose(who, began, credited(away, who, monday, DAYS), days_away(away, who), standings)
    before, after = [_scored(whose, monday, of, rules) for of in (others, [*others, of_shift(shift)])]
    return Placed(monday, require_grounds(newly(before, after), ground, **at))


def _scored(whose: Whose, monday: date, of: Sequence[Stretch], rules: Rules) -> scored.Score:
    worked, who = Worked(of, ()), whose.employee_id
    history, row = (
        worked.codes(who, monday - timedelta(days=HISTORY_DAYS), HISTORY_DAYS),
        worked.codes(who, monday, DAYS),
    )
    weeks, (first, *later) = worked.weeks(who, monday, whose.since_on, whose.away), whose.standings
    member = Member(
        *(who, 0, first.role, first.skills),
        opted_out_48=first.opted_out_48,
        later=tuple(later),
        leave=whose.credited,
        before=history,
        worked_minutes=tuple(minutes for _, minutes in weeks),
        worked_days=tuple(counted for counted, _ in weeks),
    )
    limits = Rules(rules.limits, {}, rules.as_of)
    problem = Problem(monday, DAYS, tuple(worked.other.values()), (member,), (), limits)
    return judge.score(problem, (row,))


async def write_breaches(
    tx: Transaction, team_id: UUID, placed: Placed, ground: Ground | None, who: UUID | None, **of: UUID
) -> None:
    """Write down what was broken, with the rest that is owed for it. `of` is the shift or the rota's version.

    What no one person breaks, such as a duty without a registered nurse, is the team's.
    """
    if ground is None or not placed.found:
        return
    within = (await team_rule(tx, team_id, RuleCode.REST_OWED_DAYS, tx.today)).amount
    by = tx.actor.employee_id
    for found in placed.found:
        breach = Breach.placed(found, placed.from_on, ground, by, tx.now, team_id=team_id, employee_id=who, **of)
        tx.add(breach)
        await tx.session.flush()
        if who is not None and found.rest_owed_minutes:
            tx.add(RestOwed.owed(breach, who, found.rest_owed_minutes, _since(breach), within, tx.now))
    await tx.session.flush()


async def take_away_mended(
    tx: Transaction, rota_id: UUID, from_on: date, stays: Mapping[UUID | None, Sequence[scored.Breach]]
) -> None:
    """What a rota broke and, by person, breaks no more as it is now; what was over before today has been so."""
    mended = [
        one
        for one in await breaches.of_rota(tx, rota_id)
        if max(one.days) >= tx.today
        and not any(one.is_told(found, from_on) for found in stays.get(one.employee_id, ()))
    ]
    await take_away(tx, mended)


def _since(breach: Breach) -> datetime:
    """A rest that begins from the last of its days on makes up for it."""
    return midnight_in_england(max(breach.days))


async def list_breaches(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, Breach, team_id), Breach, request)
