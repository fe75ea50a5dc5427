"""The floor of safe staffing: shown for eight weeks, and watched, so that whoever can help hears of it in time."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.roster.domain.capacity import weeks_from
from services.roster.domain.floor import (
    HUNDREDTHS,
    FloorAlert,
    FloorOfWeek,
    NewFloor,
    StaffingFloor,
    breached,
    compared,
)
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.events import FloorFallen, FloorRestored
from services.roster.store import floor as store
from services.roster.store.of_team import of_team


async def set_floor(tx: Transaction, new: NewFloor) -> StaffingFloor:
    """The team asks for more of itself than the organisation's rule does."""
    await tx.require_team(new.team_id)
    floor = StaffingFloor.made(new, tx.actor.employee_id, tx.now)
    tx.add(floor)
    return floor


async def team_floor(tx: Transaction, team_id: UUID) -> dict[str, Any]:
    """Each floor in each of eight weeks, and what the team would have."""
    await tx.require_team(team_id)
    return {"team_id": team_id, "weeks": await _compared(tx, team_id)}


async def list_floor_alerts(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, is_open: bool | None
) -> dict[str, Any]:
    """Newest first; of the caller's teams, or of all for those who work across them."""
    wanted = await of_team(tx, FloorAlert, team_id)
    if is_open is not None:
        closed = col(FloorAlert.closed_at)
        wanted = wanted.where(closed.is_(None) if is_open else closed.is_not(None))
    return await page(tx, wanted, FloorAlert, request, newest_first=True)


async def check_floor(tx: Transaction, team_id: UUID) -> int:
    """Raise an alert for each floor that the team will fall below, once, and tell the others once of each fall.

    One that is open follows the figures; those are closed that it will not fall below any more.
    """
    await tx.take_turns(f"floor/{team_id}")
    below, known = breached(await _compared(tx, team_id)), await store.open_alerts(tx, team_id)
    for skill, alert in known.items():
        if skill in below:
            alert.follow(below[skill], tx.now)
        else:
            alert.closed_at = alert.changed_at = tx.now
            tx.publish(FloorRestored(**_told(alert), restored_at=tx.now), about=alert)
    raised = [one for skill, one in below.items() if skill not in known]
    for one in raised:
        _raise(tx, team_id, one)
    return len(raised)


def _raise(tx: Transaction, team_id: UUID, one: FloorOfWeek) -> None:
    about: dict[str, Any] = {"team_id": team_id, "raised_at": tx.now, "changed_at": tx.now}
    alert = FloorAlert(skill=one.skill, week_on=one.week_on, have=one.have, need=one.need, **about)
    tx.add(alert)
    tx.publish(FloorFallen(**_told(alert)), about=alert)


def _told(alert: FloorAlert) -> dict[str, Any]:
    names = ("team_id", "skill", "week_on", "have", "need")
    return {"floor_alert_id": alert.id, "fallen_at": alert.raised_at, **{name: getattr(alert, name) for name in names}}


async def _compared(tx: Transaction, team_id: UUID) -> list[FloorOfWeek]:
    """From this week on; what has passed is past help."""
    weeks = weeks_from(tx.today)
    weeks = [Period(tx.today, weeks[0].to_on), *weeks[1:]]
    fewest, full_time = await amounts(tx, tx.today, RuleCode.FLOOR_WTE, RuleCode.FULL_TIME_WEEK)
    staff = await store.staff(tx, team_id, Period(tx.today, weeks[-1].to_on))
    return list(compared(weeks, staff, await store.floors(tx, team_id), fewest * HUNDREDTHS, full_time))
