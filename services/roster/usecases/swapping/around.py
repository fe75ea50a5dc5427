"""What is known of a team around the days on which shifts change hands: a fixed number of statements."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.membership import NotInTheTeam
from services.roster.domain.delta import PlannedVisit, delta_of, left_behind, resting
from services.roster.domain.rota.problem import Need
from services.roster.domain.rota_version.duty_type import in_use
from services.roster.domain.rota_version.people import Team
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.shifts import Stretch
from services.roster.domain.rota_version.worked import WEEK, WORKED_WEEKS, Worked
from services.roster.domain.trial import Around, Trial
from services.roster.store import abilities, leave, rota_people, rota_versions, swaps
from services.roster.usecases.agreed import team_rules
from services.roster.usecases.rota.load import said

# After a night the rest that is agreed lasts two days, so that many count beyond the last day.
LATER_DAYS = 3


async def around(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> Around:
    """The team in the whole weeks around these days, with what it worked before them."""
    first = from_on - timedelta(days=from_on.weekday())
    last = to_on + timedelta(days=LATER_DAYS)
    last += timedelta(days=WEEK - 1 - last.weekday())
    rota = Rota(team_id=team_id, from_on=first, to_on=last, needs=[], changed_at=tx.now)
    types = in_use(await rota_versions.duty_types(tx, team_id, last), first, last)
    belonging = await rota_versions.memberships(tx, team_id, first, last)
    since = first - timedelta(days=WORKED_WEEKS * WEEK)
    stretches = await rota_people.stretches(tx, belonging.keys(), since, last + timedelta(days=1))
    team = Team(
        rota=rota,
        belonging=belonging,
        known=await said(tx, team_id, belonging.keys(), first, last),
        worked=Worked(stretches, types.values()),
        leave=await leave.agreed_leave(tx, belonging.keys(), first, last),
        said=await leave.said(tx, team_id, first, last),
    )
    rules = await team_rules(tx, team_id, first)
    return Around(rota, types, await _needs(tx, rota), rules, team, stretches)


async def _needs(tx: Transaction, window: Rota) -> tuple[Need, ...]:
    """What the team's own rotas need on these days."""
    found = []
    for rota in await swaps.rotas(tx, window.team_id, window.from_on, window.to_on):
        later = (rota.from_on - window.from_on).days
        found += [replace(need, day=need.day + later) for need in rota.needed()]
    return tuple(need for need in found if 0 <= need.day < window.days)


async def tried(
    tx: Transaction, team_id: UUID, gone: Collection[Stretch], come: Collection[Stretch]
) -> tuple[Around, Trial]:
    """The days of these shifts before and after, by what is known now. Raises `NotInTheTeam`."""
    days = [one.day_on for one in (*gone, *come)]
    known = await around(tx, team_id, min(days), max(days))
    require_belonging(known, come)
    return known, known.tried(gone, come)


async def looked_at(
    tx: Transaction, team_id: UUID, gone: Collection[Stretch], come: Collection[Stretch]
) -> tuple[Trial, dict[str, Any]]:
    """What it comes to if these shifts go and those come, for whoever decides. Raises `NotInTheTeam`."""
    days = [one.day_on for one in (*gone, *come)]
    known, trial = await tried(tx, team_id, gone, come)
    visits = [PlannedVisit(*row) for row in await swaps.visits_between(tx, team_id, min(days), max(days))]
    able = await abilities.abilities_on(tx, team_id, known.team.belonging.keys(), sorted({*days}))
    return trial, {
        **delta_of(trial),
        "skills": resting(known, visits, able, [*gone], [*come]),
        "visits": left_behind(visits, [*gone]),
    }


def require_belonging(known: Around, come: Collection[Stretch]) -> None:
    """Whoever takes a shift is in the team on its day. Raises `NotInTheTeam`."""
    for one in come:
        spans = known.team.belonging.get(one.employee_id, [])
        if not any(since <= one.day_on and (until is None or one.day_on <= until) for since, until in spans):
            raise NotInTheTeam("/body/to_employee_id")
