"""Delivering what councils are to be told: at once, in order, again after every failure, and never for ever."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from services.common.auth import SYSTEM
from services.common.service import Background, Runtime
from services.interop.domain.delivery import Attempt, DeliveryStatus
from services.interop.partners import council
from services.interop.store import council as store

log = logging.getLogger(__name__)

POLL_SECONDS = 0.3
AT_ONCE = 8
# Longer than any answer is waited for; a worker that dies leaves its facts to the others after this.
LEASE = timedelta(seconds=60)


def deliver_facts(schedule: Sequence[timedelta] = council.RETRY_AFTER) -> Background:
    """The work of one process beside its requests. `schedule` is the wait before each attempt."""

    async def run(runtime: Runtime) -> None:
        while True:
            try:
                while await deliver_due(runtime, schedule):
                    pass
            except Exception as error:  # noqa: BLE001  the worker outlives every outage
                log.warning("delivery interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(POLL_SECONDS)

    return run


async def deliver_due(runtime: Runtime, schedule: Sequence[timedelta]) -> int:
    """Try everything that is due once. No transaction is open while a partner is asked."""
    async with runtime.database.transaction(SYSTEM) as tx:
        attempts = await store.lease(tx, most=AT_ONCE, for_=LEASE)
    tried = await asyncio.gather(*(_deliver(runtime, item, schedule) for item in attempts), return_exceptions=True)
    for outcome in tried:
        if isinstance(outcome, BaseException):
            raise outcome
    return len(attempts)


async def _deliver(runtime: Runtime, attempt: Attempt, schedule: Sequence[timedelta]) -> None:
    status = await council.send(runtime.http, attempt, datetime.now(UTC))
    async with runtime.database.transaction(SYSTEM) as tx:
        settled: dict[str, Any] = {"last_status": status, "changed_at": tx.now}
        if status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            await store.settle(tx, attempt, {**settled, "status": DeliveryStatus.SENT, "sent_at": tx.now})
            await store.note_success(tx, attempt.connection_id, tx.now)
            return
        gone = status == HTTPStatus.GONE
        if gone or attempt.number >= len(schedule):
            await store.settle(tx, attempt, {**settled, "status": DeliveryStatus.DEAD})
            log.error("fact not delivered", extra={"delivery_id": str(attempt.delivery_id), "status": status})
        else:
            await store.settle(tx, attempt, {**settled, "due_at": tx.now + schedule[attempt.number]})
        await store.note_failure(tx, attempt.connection_id, tx.now, disable=gone)
