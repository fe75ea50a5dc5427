"""Steps of a visit on its way: the client is told, it begins, nobody answers, or nobody came."""

from datetime import timedelta
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.rulebook import amounts
from services.roster.domain.rule import RuleCode
from services.roster.domain.visit import Confirmation, NotDone, Visit
from services.roster.events import VisitMissed, VisitNoReply, VisitStarted
from services.roster.usecases.visit import standing, tell_of_plan


async def confirm_visit(tx: Transaction, visit_id: UUID, confirmation: Confirmation, if_match: int) -> Visit:
    """The client was told of the time. Raises `PreconditionFailed` or `VisitNoLongerPlanned`."""
    visit = await _for_step(tx, visit_id, if_match)
    visit.confirm(confirmation.told_how, tx.now)
    await tx.session.flush()
    tell_of_plan(tx, visit)
    return visit


async def start_visit(tx: Transaction, visit_id: UUID, if_match: int) -> Visit:
    """Whoever visits is at the door.

    Raises `PreconditionFailed`, `NotYourVisit`, `VisitNoLongerPlanned` or `VisitNotYetDue`.
    """
    visit = await _for_step(tx, visit_id, if_match)
    visit.start(tx.actor.employee_id, tx.now, await _ahead(tx))
    await tx.session.flush()
    started = VisitStarted(
        visit_id=visit.id,
        client_id=visit.client_id,
        team_id=visit.team_id,
        employee_id=visit.employee_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        channel=visit.channel,
        started_at=tx.now,
    )
    tx.publish(started, about=visit)
    return visit


async def find_nobody(tx: Transaction, visit_id: UUID, tried: NotDone, if_match: int) -> Visit:
    """Nobody answered, and what was tried.

    Raises `PreconditionFailed`, `NotYourVisit`, `VisitNoLongerOpen` or `VisitNotYetDue`.
    """
    visit = await _for_step(tx, visit_id, if_match)
    visit.find_nobody(tried.reason, tx.actor.employee_id, tx.now, await _ahead(tx))
    await tx.session.flush()
    tx.publish(VisitNoReply(**standing(visit)), about=visit)
    return visit


async def miss_visit(tx: Transaction, visit_id: UUID, why: NotDone, if_match: int) -> Visit:
    """Nobody came, and why. Raises `PreconditionFailed`, `VisitNoLongerPlanned` or `NotYetMissed`."""
    visit = await _for_step(tx, visit_id, if_match)
    visit.miss(why.reason, tx.now)
    await tx.session.flush()
    tx.publish(VisitMissed(**standing(visit)), about=visit)
    return visit


async def _for_step(tx: Transaction, visit_id: UUID, if_match: int) -> Visit:
    visit = await tx.get(Visit, visit_id, lock=True)
    require_version(visit, if_match)
    return visit


async def _ahead(tx: Transaction) -> timedelta:
    """How long before its time somebody may stand at the door."""
    (minutes,) = await amounts(tx, tx.today, RuleCode.START_AHEAD)
    return timedelta(minutes=minutes)
