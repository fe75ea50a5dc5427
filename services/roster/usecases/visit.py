"""Visits: planned, moved, cancelled, and done when a care contact names them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.roster.domain.base import Channel
from services.roster.domain.known import RecordedContact
from services.roster.domain.presence import require_fit
from services.roster.domain.visit import CLASHES, Cancellation, Move, NewVisit, PlanOfAnotherClient, Visit
from services.roster.domain.visit_plan import VisitPlan
from services.roster.events import VisitDone, VisitPlanned
from services.roster.store import facts, shifts, visits


async def plan_visit(tx: Transaction, new: NewVisit) -> Visit:
    """The team plans a visit to a client, agreed with the client.

    Raises `NotFound`, `UnknownClient`, `ClientNotInCare`, `PlanOfAnotherClient`, `NotInTheTeam`, `OutsideShift`,
    `NotClearedToVisitAlone`, `NurseAlreadyBooked` or `ClientAlreadyVisited`.
    """
    await tx.require_team(new.team_id)
    await facts.care_team(tx, new.team_id, new.client_id)
    await _require_own_plan(tx, new)
    visit = Visit.planned(new, tx.actor.employee_id, tx.now)
    await tx.take_turns(visit.id)
    await tx.take_turns(visit.client_id, *visit.people())
    await facts.require_in_care(tx, new.team_id, new.client_id)
    await _require_fit(tx, visit)
    async with tx.refusing(CLASHES):
        tx.add(visit)
    contact = await facts.contact_naming(tx, visit)
    if contact is None:
        _tell_of_plan(tx, visit)
    else:
        finish_visit(tx, visit, contact)
    return visit


async def _require_own_plan(tx: Transaction, new: NewVisit) -> None:
    if new.visit_plan_id is None:
        return
    try:
        plan = await tx.get(VisitPlan, new.visit_plan_id)
    except NotFound as error:
        raise PlanOfAnotherClient from error
    if (plan.team_id, plan.client_id) != (new.team_id, new.client_id):
        raise PlanOfAnotherClient


async def _require_fit(tx: Transaction, visit: Visit) -> None:
    found = await shifts.presences(tx, visit.team_id, visit.people(), visit.starts_at, visit.ends_at)
    company = None if visit.accompanied_by is None else found[visit.accompanied_by]
    require_fit(Channel(visit.channel), found[visit.employee_id], company)


async def read_visit(tx: Transaction, visit_id: UUID) -> Visit:
    return await tx.get(Visit, visit_id)


async def visits_of_day(
    tx: Transaction, *, team_id: UUID | None, on: date | None, employee_id: UUID | None
) -> Sequence[Visit]:
    """The day's visits in order, whatever became of them; today's, unless another day is asked for."""
    return await visits.visits_of_day(tx, team_id=team_id, on=on or tx.today, employee_id=employee_id)


async def move_visit(tx: Transaction, visit_id: UUID, move: Move, if_match: int) -> Visit:
    """Another time, or another nurse, on the version the caller last read; the same rules hold as for a new visit.

    Raises what `plan_visit` raises, `PreconditionFailed` and `VisitNoLongerPlanned`.
    """
    visit = await tx.get(Visit, visit_id, lock=True)
    require_version(visit, if_match)
    await tx.take_turns(visit.client_id, *visit.people(), move.employee_id, move.accompanied_by)
    async with tx.refusing(CLASHES):
        visit.move(move, tx.now)
        with tx.session.no_autoflush:
            await _require_fit(tx, visit)
    _tell_of_plan(tx, visit)
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
    _tell_of_plan(tx, visit)


def finish_visit(tx: Transaction, visit: Visit, contact: RecordedContact) -> None:
    """A care contact says that the visit took place. Nothing changes where it is done already, or was cancelled."""
    if not visit.finish(contact.care_contact_id, contact.done_at, tx.now):
        return
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


def _tell_of_plan(tx: Transaction, visit: Visit) -> None:
    planned = VisitPlanned(
        visit_id=visit.id,
        client_id=visit.client_id,
        team_id=visit.team_id,
        employee_id=visit.employee_id,
        accompanied_by=visit.accompanied_by,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        channel=visit.channel,
        status=visit.status,
    )
    tx.publish(planned, about=visit)
