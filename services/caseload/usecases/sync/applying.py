"""Applying one operation by the use case that it names: it is done with all that follows from it, or not at all."""

import logging
from typing import Any

from services.caseload.domain.sync_operation import FaultOfOurs, SyncOutcome
from services.caseload.usecases.sync.authority import as_maker
from services.caseload.usecases.sync.kinds import Kind
from services.caseload.usecases.sync.operation import Effect, Op
from services.caseload.usecases.sync.reading import NotUnderstood
from services.common.attempts import attempt
from services.common.db import Transaction
from services.common.errors import ServiceError, Unavailable, named_in, refusal_of

log = logging.getLogger(__name__)


def refusal_said(error: ServiceError) -> dict[str, Any]:
    """A refusal as the answer to one operation: what only a newer release can read is kept aside for it."""
    is_newer = isinstance(error, FaultOfOurs) or (isinstance(error, NotUnderstood) and error.is_newer)
    errors = error.found if isinstance(error, NotUnderstood) else named_in(error)
    said = {"status": error.status, "code": error.code(), "detail": error.detail, "errors": errors}
    return {"outcome": SyncOutcome.KEPT_ASIDE if is_newer else SyncOutcome.REFUSED, "refusal": said}


async def apply(tx: Transaction, kind: Kind, op: Op) -> dict[str, Any]:
    """What came of it. Raises `Unavailable`, or an outage, so that the whole push is sent again."""
    try:
        effect = await perform(tx, kind, op)
    except Exception as error:  # noqa: BLE001  one operation never blocks the queue
        return _answer_to(error)
    first = {"first_outcome": SyncOutcome.APPLIED, "outcome": SyncOutcome.DUPLICATE} if effect.again else {}
    return {"outcome": effect.outcome, "version": effect.version, "conflict_id": effect.conflict_id, **first}


async def perform(tx: Transaction, kind: Kind, op: Op) -> Effect:
    """As whoever did it, at the time when they did. Raises what the use case refuses and nobody disputes."""
    actor, now = tx.actor, tx.now
    tx.actor, tx.now = as_maker(actor, op.sent.made_by), op.happened_at
    try:
        try:
            async with attempt(tx):
                effect = await kind.run(tx, op)
            return effect.written
        except Exception as error:
            refusal = error if isinstance(error, ServiceError) else refusal_of(error)
            if refusal is None or isinstance(refusal, Unavailable):
                raise
            async with attempt(tx):
                disputed = await kind.dispute(tx, op, refusal)
            if disputed is None:
                raise
            return disputed
    finally:
        tx.actor, tx.now = actor, now


def _answer_to(error: Exception) -> dict[str, Any]:
    """A rule's refusal is the operation's; a fault of ours keeps it aside until a release can apply it."""
    refusal = error if isinstance(error, ServiceError) else refusal_of(error)
    if isinstance(refusal, Unavailable):
        raise error
    if refusal is not None:
        return refusal_said(refusal)
    log.error("operation not applied", extra={"error": type(error).__name__}, exc_info=error)
    return refusal_said(FaultOfOurs())
