"""Disputed doses: a dose that two noted, or that waits for a look, is told to those who have to settle it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.caseload.domain.alert import AlertKind, Subject
from services.caseload.domain.dose_in_dispute import DoseInDispute
from services.caseload.domain.sync_conflict import SyncConflict
from services.caseload.store import alerts as store
from services.caseload.store.sync import beyond_the_wall
from services.caseload.usecases.tell.alert import raise_alert
from services.common.db import Transaction


async def raise_conflict(tx: Transaction, conflict: SyncConflict) -> None:
    """Tell the people whom the conflict names; as of when it was opened, which is not when the dose was given."""
    about = Subject(conflict.id, conflict.team_id, conflict.client_id)
    await _raise(tx, AlertKind.DOSE_IN_CONFLICT, about, conflict.people, conflict.opened_at)


async def raise_review(tx: Transaction, dose: DoseInDispute) -> None:
    """Tell the client's named nurse and deputy: nobody else is named by what waits, and its sender does not take it
    in."""
    about = Subject(dose.operation_id, dose.team_id, dose.client_id)
    await _raise(tx, AlertKind.DOSE_TO_REVIEW, about, (), tx.now)


async def _raise(tx: Transaction, kind: AlertKind, about: Subject, named: Collection[UUID], at: datetime) -> None:
    """For another team as well, and on devices that the sender may not see."""
    then, tx.now = tx.now, at
    try:
        async with beyond_the_wall(tx):
            people = await store.who_settles(tx, about.team_id, about.client_id, named)
            await raise_alert(tx, kind, about, at, people=people)
            await tx.session.flush()
    finally:
        tx.now = then
