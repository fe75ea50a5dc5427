"""Late visits: a colleague who is alone at a door, and has not said so in time, is told of to the rest of the team."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.caseload.domain.alert import AlertKind, Subject
from services.caseload.domain.planned_visit import PlannedVisit, VisitNews
from services.caseload.store import alerts as store
from services.caseload.usecases.tell.alert import raise_alert, reopen_alert, settle_alerts
from services.common.db import Transaction
from services.common.projections import keep_newest


async def raise_late_visit(
    tx: Transaction, *, visit_id: UUID, team_id: UUID, client_id: UUID, employee_id: UUID, due_at: datetime
) -> None:
    """Tell everybody of the team but whoever is late: they may not be able to answer.

    Of a visit that somebody else was to make at the same time, and is late for as well, it is told again. Nobody is
    told of one whose nurse was heard of since.
    """
    if not await _is_news(tx, visit_id):
        return
    people = await store.team_mates(tx, team_id, employee_id)
    told = await store.told_of(tx, AlertKind.VISIT_LATE, visit_id, due_at)
    if told is None:
        await raise_alert(tx, AlertKind.VISIT_LATE, Subject(visit_id, team_id, client_id), due_at, people=people)
    else:
        await reopen_alert(tx, told, people)


async def settle_late_visit(tx: Transaction, visit_id: UUID) -> None:
    """The visit has begun or is over, so its nurse was heard of; unless they are late since."""
    if await _is_news(tx, visit_id):
        await settle_alerts(tx, AlertKind.VISIT_LATE, visit_id)


async def _is_news(tx: Transaction, visit_id: UUID) -> bool:
    """Whether this event is the newest of those by which a visit is late, or its nurse heard of."""
    return await keep_newest(tx, VisitNews, {"visit_id": visit_id})


async def remember_undone(tx: Transaction, visit: dict[str, Any]) -> None:
    """Nobody answered, or nobody came: it is on no round any more, and whoever said so was heard of."""
    await keep_newest(tx, PlannedVisit, visit)
    if not tx.rebuilding:
        await settle_late_visit(tx, visit["visit_id"])
