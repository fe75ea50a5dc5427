"""Series: visits that are made week by week from a visit plan, and changed one by one or from a day on."""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction, require_version
from services.common.errors import NotFound, ServiceError
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.roster.domain.presence import AccompaniedByOneself
from services.roster.domain.recurrence import (
    NewVisitSeries,
    NoSuchOccurrence,
    Pattern,
    Scope,
    SeriesChange,
    VisitSeries,
)
from services.roster.domain.rule import RuleCode
from services.roster.domain.second_hand import reason_of
from services.roster.domain.visit import TO_COME, Move, Visit
from services.roster.domain.visit_plan import VisitPlan
from services.roster.domain.visit_refusals import PlanOfAnotherClient
from services.roster.domain.window import OutsideWindow, instant_on
from services.roster.store import facts
from services.roster.store import visiting as store
from services.roster.store.of_team import of_team
from services.roster.usecases.visit import cancelled, moved, plan

log = logging.getLogger(__name__)

FIRST = UUID(int=0)
CHANGED = "The series of visits was changed."


@dataclass
class Told:
    """A series, and the days on which a rule stands against its visit.

    What is not made yet is tried again by itself; a visit that could not go along stayed where it was, for good.
    """

    series: VisitSeries
    unplanned: dict[date, str] = field(default_factory=dict)


async def begin_series(tx: Transaction, new: NewVisitSeries) -> Told:
    """Visits are made from now until some weeks ahead, as far as the rules of a visit allow each.

    Raises `PlanOfAnotherClient`, `AccompaniedByOneself`, `OutsideWindow`, `SecondHandNeeded` or
    `SecondHandWithoutReason`.
    """
    try:
        visit_plan = await tx.get(VisitPlan, new.visit_plan_id)
    except NotFound as error:
        raise PlanOfAnotherClient from error
    team_id, client_id = visit_plan.team_id, visit_plan.client_id
    series = VisitSeries.begun(new, team_id=team_id, client_id=client_id, by=tx.actor.employee_id, now=tx.now)
    await _require_as_agreed(tx, series, visit_plan)
    tx.add(series)
    await tx.session.flush()
    return await _make(tx, Told(series))


async def list_series(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, VisitSeries, team_id), VisitSeries, request)


async def read_series(tx: Transaction, series_id: UUID) -> VisitSeries:
    return await tx.get(VisitSeries, series_id)


async def change_series(tx: Transaction, series_id: UUID, change: SeriesChange, if_match: int) -> Told:
    """One visit, this and those after it, or all to come; what was changed by hand stays so.

    Raises `PreconditionFailed`, `NoSuchOccurrence`, and what `begin_series` and `move_visit` raise.
    """
    series = await tx.get(VisitSeries, series_id, lock=True)
    require_version(series, if_match)
    if change.scope is Scope.THIS:
        await _move_one(tx, series, change)
        return Told(series)
    before, from_on = series.pattern, tx.today
    if change.scope is Scope.FOLLOWING:
        from_on = _day_to_come(tx, series, change.occurrence_on)
    made = await store.made_from(tx, series.id, from_on)
    if from_on > series.from_on and change.scope is Scope.FOLLOWING:
        series = series.split(from_on, change, tx.actor.employee_id, tx.now)
        tx.add(series)
    else:
        series.change(change, tx.now)
    await _require_as_agreed(tx, series, await tx.get(VisitPlan, series.visit_plan_id))
    await tx.session.flush()
    told = Told(series)
    for visit in made:
        visit.series_id = series.id
    await tx.session.flush()
    for visit in made:
        await _follow(tx, told, visit, before)
    return await _make(tx, told)


async def make_due_occurrences(database: Database, at: datetime | None = None) -> int:
    """Make what has come near enough, and what a rule stood against until now. How many visits there were.

    A series that fails stands in nobody's way: the next is made all the same.
    """
    made, last_id = 0, FIRST
    while True:
        before_id = last_id
        try:
            async with database.transaction(SYSTEM) as tx:
                tx.now = at or tx.now
                series = await store.next_series(tx, last_id)
                if series is None:
                    return made
                last_id = series.id
                count = await _make_due(tx, series)
            made += count
        except Exception as error:
            if last_id == before_id:
                raise
            log.warning("series not made", extra={"series_id": str(last_id), "error": type(error).__name__})


async def _make_due(tx: Transaction, series: VisitSeries) -> int:
    before = len(await store.made_from(tx, series.id, tx.today))
    told = await _make(tx, Told(series))
    if told.unplanned:
        why = ", ".join(sorted({*told.unplanned.values()}))
        about = {"series_id": str(series.id), "reason": why, "rows": len(told.unplanned)}
        log.info("visits of a series not made", extra=about)
    return len(await store.made_from(tx, series.id, tx.today)) - before


async def _require_as_agreed(tx: Transaction, series: VisitSeries, visit_plan: VisitPlan) -> None:
    if series.accompanied_by == series.employee_id:
        raise AccompaniedByOneself
    said = series.second_hand_reason or visit_plan.second_hand_reason
    series.second_hand_reason = reason_of(series.accompanied_by, said, needs_two=visit_plan.needs_two)
    outside = visit_plan.window is not None and not visit_plan.window.holds_minute(series.starts_minute)
    if outside and tx.actor.employee_id not in await facts.care_team(tx, series.team_id, series.client_id):
        raise OutsideWindow("/body/starts_minute")


async def _make(tx: Transaction, told: Told) -> Told:
    """Every visit of the series that is not there yet; each keeps all rules of a visit, or is left to be made later."""
    series, visit_plan = told.series, await tx.get(VisitPlan, told.series.visit_plan_id)
    (ahead,) = await amounts(tx, tx.today, RuleCode.SERIES_AHEAD)
    last = tx.today + timedelta(days=ahead)
    there = {visit.occurrence_on for visit in await store.made_from(tx, series.id, tx.today)}
    for day in series.days(max(tx.today, visit_plan.from_on), min(visit_plan.until_on or last, last)):
        if day in there:
            continue
        try:
            visit = _visit_on(series, visit_plan, day, tx.actor.employee_id, tx.now)
            if visit.starts_at > tx.now:
                await plan(tx, visit)
        except ServiceError as refusal:
            told.unplanned[day] = refusal.code()
    return told


def _visit_on(series: VisitSeries, visit_plan: VisitPlan, day: date, by: UUID | None, now: datetime) -> Visit:
    """Raises `TimeNotOnTheClock`."""
    starts_at = instant_on(day, series.starts_minute)
    return Visit(
        team_id=series.team_id,
        client_id=series.client_id,
        employee_id=series.employee_id,
        accompanied_by=series.accompanied_by,
        second_hand_reason=series.second_hand_reason,
        visit_plan_id=series.visit_plan_id,
        series_id=series.id,
        occurrence_on=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=visit_plan.minutes),
        channel=visit_plan.channel,
        purpose=visit_plan.purpose,
        planned_by=by,
        changed_at=now,
    )


def _day_to_come(tx: Transaction, series: VisitSeries, on: date | None) -> date:
    if on is None or on < tx.today or on not in series.days(on, on):
        raise NoSuchOccurrence
    return on


async def _move_one(tx: Transaction, series: VisitSeries, change: SeriesChange) -> None:
    visit = None if change.occurrence_on is None else await store.occurrence(tx, series.id, change.occurrence_on)
    if visit is None or visit.occurrence_on is None:
        raise NoSuchOccurrence
    said = change.model_dump(include={"employee_id", "accompanied_by", "second_hand_reason"}, exclude_unset=True)
    minute = change.starts_minute
    starts_at = visit.starts_at if minute is None else instant_on(visit.occurrence_on, minute)
    await moved(tx, visit, Move(starts_at=starts_at, **said))


async def _follow(tx: Transaction, told: Told, visit: Visit, before: Pattern) -> None:
    """Let a visit go where the series now has it, if it stood where the series had it."""
    day, series = visit.occurrence_on, told.series
    if day is None or visit.status not in TO_COME or visit.starts_at <= tx.now or not _stands(visit, before, day):
        return
    if day not in series.days(day, day):
        # It is made anew if the series comes back to that day; what was called off by hand is not.
        visit.leave_series()
        await cancelled(tx, visit, CHANGED)
    elif series.pattern != before:
        about = {"accompanied_by": series.accompanied_by, "second_hand_reason": series.second_hand_reason}
        try:
            starts_at = instant_on(day, series.starts_minute)
            await moved(tx, visit, Move(starts_at=starts_at, employee_id=series.employee_id, **about))
        except ServiceError as refusal:
            told.unplanned[day] = refusal.code()


def _stands(visit: Visit, pattern: Pattern, day: date) -> bool:
    try:
        starts_at = instant_on(day, pattern.starts_minute)
    except ServiceError:
        return False
    return Pattern(visit.employee_id, visit.accompanied_by, pattern.starts_minute) == pattern and (
        visit.starts_at == starts_at
    )
