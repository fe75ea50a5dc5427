"""What waits for a person of the team: late pushes, what was refused, and what this release does not know."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.caseload.domain.sync_device import Clock
from services.caseload.domain.sync_operation import (
    Decision,
    SentOperation,
    SetAside,
    StillUnknown,
    SyncHeld,
    SyncOutcome,
)
from services.caseload.store import disputed_doses as doses
from services.caseload.store import sync as store
from services.caseload.usecases.sync import reading
from services.caseload.usecases.sync.applying import perform
from services.caseload.usecases.sync.kinds import Kind
from services.caseload.usecases.sync.operation import Effect, Op
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page


async def list_reviews(
    tx: Transaction, request: PageRequest, *, outcome: SyncOutcome | None, is_open: bool
) -> dict[str, Any]:
    """What waits for the caller's teams, or what they settled; without its content."""
    return await page(tx, await store.held(tx, outcome=outcome, is_open=is_open), SyncHeld, request)


async def read_review(tx: Transaction, review_id: UUID) -> SyncHeld:
    return await tx.get(SyncHeld, review_id)


async def take_in(tx: Transaction, review_id: UUID, if_match: int) -> tuple[SyncHeld, Effect]:
    """Apply it as whoever did it, at the time when they did. Raises `AlreadySettled`, `StillUnknown`, or what its own
    use case refuses; then it waits on."""
    held = await tx.get(SyncHeld, review_id, lock=True)
    held.require_open()
    require_version(held, if_match)
    sent, kind = _read(held)
    await doses.end(tx, held.operation_id)
    clock = Clock(held.received_at + timedelta(seconds=held.clock_off_seconds), held.received_at, timedelta())
    body = reading.read_body(kind, sent, clock)
    happened_at = held.happened_at or held.received_at
    effect = await perform(tx, kind, Op(sent, body, held.device_id, happened_at, tx.now))
    held = await tx.get(SyncHeld, review_id, lock=True)
    held.settle(Decision.TAKEN_IN, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return held, effect


def _read(held: SyncHeld) -> tuple[SentOperation, Kind]:
    """Raises `StillUnknown`."""
    try:
        sent = SentOperation.model_validate(json.loads(held.content or "{}"))
    except ValueError as error:
        raise StillUnknown from error
    kind = reading.kind_of(sent)
    if kind is None:
        raise StillUnknown
    return sent, kind


async def set_aside(tx: Transaction, review_id: UUID, said: SetAside, if_match: int) -> SyncHeld:
    """It is not applied, and why; what it said is forgotten. Raises `AlreadySettled`."""
    held = await tx.get(SyncHeld, review_id, lock=True)
    held.require_open()
    require_version(held, if_match)
    await doses.end(tx, held.operation_id)
    held.settle(Decision.SET_ASIDE, tx.actor.employee_id, tx.now, said.reason)
    await tx.session.flush()
    return held
