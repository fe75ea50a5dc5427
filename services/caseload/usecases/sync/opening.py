"""A conflict opens: it is kept with whom it names, and the others are told that it is there, not what it says."""

from uuid import UUID

from services.caseload.domain.sync_conflict import SyncConflict
from services.caseload.events import SyncConflictOpened
from services.common.db import Transaction


async def open_conflict(tx: Transaction, conflict: SyncConflict, *people: UUID | None) -> None:
    """These people have to settle it."""
    conflict.name(*people)
    tx.add(conflict)
    await tx.session.flush()
    named = ("kind", "subject_id", "line_id", "client_id", "team_id", "people", "opened_at")
    told = conflict.model_dump(include=set(named))
    tx.publish(SyncConflictOpened(conflict_id=conflict.id, **told), about=conflict)
