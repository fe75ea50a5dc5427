"""Late visits: a colleague who is alone at a door, and has not said so in time, is told of to the rest of the team."""

from datetime import datetime
from uuid import UUID

from services.caseload.domain.alert import AlertKind, Subject
from services.caseload.store import alerts as store
from services.caseload.usecases.tell.alert import raise_alert, settle_alerts
from services.common.db import Transaction


async def raise_late_visit(
    tx: Transaction, *, visit_id: UUID, team_id: UUID, client_id: UUID, employee_id: UUID, due_at: datetime
) -> None:
    """Tell everybody of the team but whoever is late: they may not be able to answer."""
    people = await store.team_mates(tx, team_id, employee_id)
    await raise_alert(tx, AlertKind.VISIT_LATE, Subject(visit_id, team_id, client_id), due_at, people=people)


async def settle_late_visit(tx: Transaction, visit_id: UUID) -> None:
    """The visit has begun or is over, so its nurse was heard of."""
    await settle_alerts(tx, AlertKind.VISIT_LATE, visit_id)
