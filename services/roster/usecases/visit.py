"""Visits: planned, moved, cancelled, and done when a care contact names them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.roster.domain.ability import Lack, lacking
from services.roster.domain.base import Channel
from services.roster.domain.known import RecordedContact
from services.roster.domain.presence import require_fit
from services.roster.domain.visit import OPEN, Cancellation, Move, NewVisit, Visit, VisitStatus
from services.roster.domain.visit_plan import VisitPlan
from services.roster.domain.visit_refusals import (
    CLASHES,
    ClientAlreadyVisited,
    NurseAlreadyBooked,
    PlanOfAnotherClient,
)
from services.roster.domain.window import OutsideWindow
from services.roster.events import VisitDone, VisitPlanned
from services.roster.store import facts, shifts, visits
from services.roster.usecases.opening import require_free, tell_of_taken_time
from services.roster.usecases.travelling import fix_drive


async def plan_visit(tx: Transaction, new: NewVisit) -> Visit:
    """The team plans a visit to a client, agreed with the client.

    Raises `NotFound`, `UnknownClient`, `ClientNotInCare`, `PlanOfAnotherClient`, `NotInTheTeam`, `OutsideShift`,
    `OutsideWindow`, `OutsideOpeningHours`, `AgencyIsThere`, `TimeIsProtected`, `SecondHandNeeded`,
    `SecondHandWithoutReason`, `NotClearedToVisitAlone`, `NotOfThatRole`, `WithoutTheSkill`, `NotDelegated`,
    `NurseAlreadyBooked` or `ClientAlreadyVisited`.
    """
    await tx.require_team(new.team_id)
    visit = Visit.planned(new, tx.actor.employee_id, tx.now)
    await plan(tx, visit)
    return visit


async def plan(tx: Transaction, visit: Visit) -> None:
    """Let this visit stand in the plan, if no rule stands against it. Raises as `plan_visit` does."""
    named = await facts.care_team(tx, visit.team_id, visit.client_id)
    visit.follow(await _own_plan(tx, visit))
    # Of a series it was asked when the series was set.
    if visit.series_id is None:
        _require_window(tx, visit, named)
    await tx.take_turns(visit.id)
    await tx.take_turns(visit.client_id, *visit.people())
    await facts.require_in_care(tx, visit.team_id, visit.client_id)
    is_made_of_series = visit.series_id is not None
    await require_free(tx, visit, await _require_fit(tx, visit), is_made_of_series=is_made_of_series)
    async with tx.refusing(CLASHES):
        tx.add(visit)
    await tell_of_taken_time(tx, visit)
    contact = await facts.contact_naming(tx, visit)
    if contact is None:
        tell_of_plan(tx, visit)
    else:
        await finish_visit(tx, visit, contact)


async def _own_plan(tx: Transaction, visit: Visit) -> VisitPlan | None:
    if visit.visit_plan_id is None:
        return None
    try:
        plan = await tx.get(VisitPlan, visit.visit_plan_id)
    except NotFound as error:
        raise PlanOfAnotherClient from error
    if (plan.team_id, plan.client_id) != (visit.team_id, visit.client_id):
        raise PlanOfAnotherClient
    return plan


def _require_window(tx: Transaction, visit: Visit, named: Collection[UUID]) -> None:
    """The window holds for everybody, and every machine, but those who agreed it. Raises `OutsideWindow`."""
    outside = visit.window is not None and not visit.window.holds(visit.starts_at)
    if outside and tx.actor.employee_id not in named:
        raise OutsideWindow


async def _require_fit(tx: Transaction, visit: Visit) -> Sequence[Lack]:
    """What its people are without, so that it says why. Raises as `require_fit` and `lacking` do."""
    found = await shifts.presences(tx, visit.team_id, visit.people(), visit.starts_at, visit.ends_at)
    company = None if visit.accompanied_by is None else found[visit.accompanied_by]
    require_fit(Channel(visit.channel), found[visit.employee_id], company)
    plan = await _own_plan(tx, visit)
    return () if plan is None else lacking([one.ability for one in found.values()], plan.needed)


async def read_visit(tx: Transaction, visit_id: UUID) -> Visit:
    return await tx.get(Visit, visit_id)


async def visits_of_day(
    tx: Transaction, *, team_id: UUID | None, on: date | None, employee_id: UUID | None, late: bool
) -> Sequence[Visit]:
    """The day's visits in order, whatever became of them; today's, unless another day is asked for."""
    return await visits.visits_of_day(tx, team_id=team_id, on=on or tx.today, employee_id=employee_id, late=late)


async def move_visit(tx: Transaction, visit_id: UUID, move: Move, if_match: int) -> Visit:
    """Another time, or another nurse, on the version the caller last read; the same rules hold as for a new visit.

    Raises what `plan_visit` raises, `PreconditionFailed` and `VisitNoLongerPlanned`. Who was told is told anew.
    """
    visit = await tx.get(Visit, visit_id, lock=True)
    require_version(visit, if_match)
    return await moved(tx, visit, move)


async def moved(tx: Transaction, visit: Visit, move: Move) -> Visit:
    """As `move_visit`, of a visit that is held already."""
    await tx.take_turns(visit.client_id, *visit.people(), move.employee_id, move.accompanied_by)
    async with tx.refusing(CLASHES):
        visit.move(move, tx.now)
        with tx.session.no_autoflush:
            _require_window(tx, visit, await facts.care_team(tx, visit.team_id, visit.client_id))
            await require_free(tx, visit, await _require_fit(tx, visit))
    await tell_of_taken_time(tx, visit)
    tell_of_plan(tx, visit)
    return visit


async def cancel_visit(tx: Transaction, visit_id: UUID, cancellation: Cancellation, if_match: int) -> Visit:
    """The visit will not take place, and why; its time is free again. Raises `VisitNoLongerPlanned`."""
    visit = await tx.get(Visit, visit_id, lock=True)
    require_version(visit, if_match)
    await cancelled(tx, visit, cancellation.reason)
    return visit


async def cancelled(tx: Transaction, visit: Visit, reason: str) -> None:
    """The visit is off, and the others hear of it. Raises `VisitNoLongerPlanned`."""
    visit.cancel(reason, tx.now)
    await tx.session.flush()
    tell_of_plan(tx, visit)


async def finish_visit(tx: Transaction, visit: Visit, contact: RecordedContact) -> None:
    """A care contact says that the visit took place. Nothing changes where it is done already, or was cancelled.

    What was called missed stays so where its time was given to another visit since.
    """
    try:
        async with tx.refusing(CLASHES):
            is_done = visit.finish(contact.care_contact_id, contact.done_at, tx.now)
    except (ClientAlreadyVisited, NurseAlreadyBooked):
        return
    if not is_done:
        return
    await fix_drive(tx, visit)
    done = VisitDone(
        visit_id=visit.id,
        client_id=visit.client_id,
        team_id=visit.team_id,
        employee_id=visit.employee_id,
        care_contact_id=contact.care_contact_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        channel=visit.channel,
        done_at=contact.done_at,
    )
    tx.publish(done, about=visit)


def tell_of_plan(tx: Transaction, visit: Visit) -> None:
    tx.publish(VisitPlanned(**standing(visit)), about=visit)


def standing(visit: Visit) -> dict[str, Any]:
    """The visit as the others know it: what is still open is planned to them, whether confirmed or begun."""
    return {
        "visit_id": visit.id,
        "client_id": visit.client_id,
        "team_id": visit.team_id,
        "employee_id": visit.employee_id,
        "accompanied_by": visit.accompanied_by,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "channel": visit.channel,
        "status": VisitStatus.PLANNED if visit.status in OPEN else visit.status,
        "confirmed_at": visit.confirmed_at,
    }
