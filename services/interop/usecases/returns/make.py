"""Making the returns that were asked for: one at a time, in one transaction, with no more than a part in memory."""

import logging
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.service import Background, Runtime
from services.common.watching import drained, keep_on
from services.interop.domain.statutory_return import ReturnKind, ReturnStatus, StatutoryReturn
from services.interop.settings import InteropSettings
from services.interop.store import returns as store
from services.interop.usecases.returns import fill
from services.interop.usecases.returns.files import Files

log = logging.getLogger(__name__)

POLL_SECONDS, PURGE_SECONDS = 2.0, 600.0


def make_returns(every: float = POLL_SECONDS) -> Background:
    """The work of one process beside its requests."""

    async def run(runtime: Runtime) -> None:
        async def look() -> int:
            return await make_next(runtime.database, InteropSettings.of(runtime.settings))

        await keep_on("statutory_return", every, lambda: drained(look))

    return run


async def remove_expired_returns(runtime: Runtime) -> None:
    """The work of one process beside its requests: no file outlives its time."""

    async def look() -> None:
        async with runtime.database.transaction(SYSTEM) as tx:
            await store.forget_expired(tx)

    await keep_on("statutory_return_expiry", PURGE_SECONDS, look)


async def make_next(database: Database, settings: InteropSettings) -> int:
    """Make the return that has waited longest; how many there were, which is 1 or 0. What fails is tried again."""
    asked_id: UUID | None = None
    try:
        async with database.transaction(SYSTEM) as tx:
            asked = await store.next_waiting(tx)
            if asked is None:
                return 0
            asked_id = asked.id
            await _make(tx, asked, settings)
    except Exception as error:  # noqa: BLE001  another return must go on
        log.warning("return not made", extra={"job_id": str(asked_id), "error": type(error).__name__})
        async with database.transaction(SYSTEM) as tx:
            stumbled = await store.next_waiting(tx)
            if stumbled is not None and stumbled.id == asked_id:
                stumbled.stumbled(tx.now)
    return 1


async def _make(tx: Transaction, asked: StatutoryReturn, settings: InteropSettings) -> None:
    files = Files(tx, asked)
    made_by = fill.csds if asked.kind == ReturnKind.CSDS else fill.cld
    await made_by(tx, asked, settings, files)
    await files.close()
    asked.files, asked.faults = files.told(), files.counted()
    asked.rows, asked.refused = files.rows, files.refused
    asked.status, asked.made_at, asked.changed_at = ReturnStatus.MADE, tx.now, tx.now
