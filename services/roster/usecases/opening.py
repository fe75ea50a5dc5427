"""Opening hours: the team sets them, and a visit outside them, or in protected time, says why."""

from collections.abc import Sequence
from typing import Any

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.types import day_in_england
from services.roster.domain.ability import Lack
from services.roster.domain.agency_call import is_apart
from services.roster.domain.opening import (
    HoursAlreadySet,
    NewOpeningHours,
    OpeningHours,
    overridden,
)
from services.roster.domain.overriding import AGENCY, require_words
from services.roster.domain.shift import Shift, ShiftKind
from services.roster.domain.visit import Visit
from services.roster.events import ProtectedTimeLost
from services.roster.store import opening as store
from services.roster.store.of_team import of_team
from services.roster.store.visiting import agency_calls


async def set_opening_hours(tx: Transaction, new: NewOpeningHours) -> OpeningHours:
    """From that day on the team is open at these hours. Raises `NotFound` or `HoursAlreadySet`."""
    await tx.require_team(new.team_id)
    hours = OpeningHours.made(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_opening_of_each_day": HoursAlreadySet}):
        tx.add(hours)
    return hours


async def list_opening_hours(tx: Transaction, request: PageRequest, *, team_id: Any) -> dict[str, Any]:
    return await page(tx, await of_team(tx, OpeningHours, team_id), OpeningHours, request)


async def require_free(
    tx: Transaction, visit: Visit, lacks: Sequence[Lack] = (), *, is_made_of_series: bool = False
) -> None:
    """What the visit overrides stands with it, so that it can be counted; `lacks` of its people are among it.

    Nobody is asked for words on each visit of a series: its people were chosen when the series was set, and of an
    agency that comes at its time the visit tells itself. Whoever moves one onto a call is asked.
    Raises `OutsideOpeningHours`, `AgencyIsThere`, `TimeIsProtected`, `NotOfThatRole` or `WithoutTheSkill`, unless it
    says why.
    """
    when = visit.starts_at, visit.ends_at
    opening = await store.opening_on(tx, visit.team_id, day_in_england(visit.starts_at))
    found = overridden(
        opening,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        is_on_call=opening is not None and await store.is_on_call(tx, visit.team_id, *when),
        kept=await store.kept_free(tx, visit.people(), *when),
    )
    calls = await agency_calls(tx, [visit.client_id], day_in_england(visit.starts_at))
    apart = [AGENCY] if is_apart(calls, *when) else []
    stood_so = visit.series_id is not None and AGENCY in visit.overrode
    asked = [*found, *(() if is_made_of_series or stood_so else apart), *(lacks if visit.series_id is None else ())]
    require_words(asked, visit.override_words)
    found += [*apart, *lacks]
    visit.overrode = found
    visit.override_words = visit.override_words if found else None


async def tell_of_taken_time(tx: Transaction, visit: Visit) -> None:
    """Where this visit stands over somebody's time away from the caseload, those around the team hear of it."""
    if ShiftKind.PROTECTED_TIME not in visit.overrode:
        return
    for shift in await store.away_from_caseload(tx, visit.people(), visit.starts_at, visit.ends_at):
        tell_of_lost_time(tx, shift, "visit")


def tell_of_lost_time(tx: Transaction, shift: Shift, cause: str) -> None:
    lost = ProtectedTimeLost(
        shift_id=shift.id, team_id=shift.team_id, starts_at=shift.starts_at, cause=cause, lost_at=tx.now
    )
    tx.publish(lost, about=shift)
