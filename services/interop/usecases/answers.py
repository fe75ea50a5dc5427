"""What councils answer in files: kept as it came, judged, and told back to them where it is wrong."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.service import Background, Runtime
from services.interop.domain.connection import Connection
from services.interop.domain.council_file import CouncilFile, CouncilFileState
from services.interop.domain.delivery import CouncilDelivery, DeliveryStatus
from services.interop.partners.council import answer_file
from services.interop.partners.council.answer_file import AnswerRow, Quarantined, Reject
from services.interop.partners.council.gateway import AnswerFile, CouncilGateway
from services.interop.store import council as deliveries
from services.interop.store import council_files as store
from services.interop.store import submissions
from services.interop.usecases.ways import way_to

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0


def take_answers(every: float = LOOK_SECONDS) -> Background:
    """The work of one process beside its requests. Each council is looked at by itself: one that is away or slow holds
    up no other."""

    async def run(runtime: Runtime) -> None:
        busy: set[UUID] = set()
        async with asyncio.TaskGroup() as looks:
            while True:
                for one in await _by_file(runtime):
                    if one.id not in busy:
                        busy.add(one.id)
                        looks.create_task(_look(runtime, one, busy))
                await asyncio.sleep(every)

    return run


async def _by_file(runtime: Runtime) -> Sequence[Connection]:
    try:
        async with runtime.database.transaction(SYSTEM) as tx:
            return await store.connections_by_file(tx)
    except Exception as error:  # noqa: BLE001  the worker outlives every outage
        _interrupted(error)
        return ()


async def _look(runtime: Runtime, connection: Connection, busy: set[UUID]) -> None:
    try:
        await _take_from(runtime, connection)
    finally:
        busy.discard(connection.id)


async def _take_from(runtime: Runtime, connection: Connection) -> None:
    try:
        to = way_to(runtime, connection.adapter, connection.id, connection.url, connection.host_key)
        are_taken = [await _is_taken(runtime, connection, to, name) for name in await to.waiting()]
        if not all(are_taken):
            await _note_unreachable(runtime, connection)
        elif connection.failures:
            async with runtime.database.transaction(SYSTEM) as tx:
                await deliveries.note_success(tx, connection.id, tx.now)
    except Exception as error:  # noqa: BLE001  whatever goes wrong at a partner's end is looked at again
        _interrupted(error)
        await _note_unreachable(runtime, connection)


async def _is_taken(runtime: Runtime, connection: Connection, to: CouncilGateway, name: str) -> bool:
    """Whether this file could be dealt with; where not, those after it are all the same."""
    try:
        await _take(runtime, connection, to, await to.fetch(name))
    except FileNotFoundError:
        log.info("answers taken by another process", extra={"connection_id": str(connection.id)})
    except Exception as error:  # noqa: BLE001  whatever goes wrong with one file is looked at again
        _interrupted(error)
        return False
    return True


async def _note_unreachable(runtime: Runtime, connection: Connection) -> None:
    try:
        async with runtime.database.transaction(SYSTEM) as tx:
            await store.note_unreachable(tx, connection)
    except Exception as error:  # noqa: BLE001  the worker outlives every outage
        _interrupted(error)


def _interrupted(error: Exception) -> None:
    log.warning("answers not taken", extra={"error": type(error).__name__})


async def _take(runtime: Runtime, connection: Connection, to: CouncilGateway, file: AnswerFile) -> None:
    """Kept first, in a transaction of its own; a file that comes again is judged once."""
    async with runtime.database.transaction(SYSTEM) as tx:
        await store.keep(tx, connection.id, file.name, file.digest, file.raw, file.manifest)
    async with runtime.database.transaction(SYSTEM) as tx:
        kept = await store.locked(tx, connection.id, file.name, file.digest)
        if kept.state == CouncilFileState.RECEIVED:
            await _judge(tx, kept, file)
        rejects = list(kept.rejects)
    await to.settle(file.name, answer_file.reject_file(rejects) if rejects else None)


async def _judge(tx: Transaction, kept: CouncilFile, file: AnswerFile) -> None:
    try:
        rows, rejects = answer_file.read(file)
    except Quarantined as error:
        kept.judged(0, [error.reject.as_dict()], is_whole=False, now=tx.now)
        log.error("answers quarantined", extra={"connection_id": str(kept.connection_id)})
        return
    sent = await store.sent(tx, kept.connection_id, [row.delivery_id for row in rows])
    for row in rows:
        refused = await settle_answer(tx, sent.get(row.delivery_id), row)
        rejects += [refused] if refused else []
    told = [one.as_dict() for one in sorted(rejects, key=lambda one: one.row)]
    taken = len(rows) - sum(one.code in ("not_ours", "not_sent", "already_answered") for one in rejects)
    kept.judged(taken, told, is_whole=True, now=tx.now)


async def settle_answer(tx: Transaction, delivery: CouncilDelivery | None, row: AnswerRow) -> Reject | None:
    """What is refused of the row. An answer that is given again is taken again."""

    def refused(code: str, message: str) -> Reject:
        return Reject(row.row, "delivery_id", code, message, str(row.delivery_id))

    if delivery is None:
        return refused("not_ours", "nothing with this id was sent to you")
    if delivery.status != DeliveryStatus.SENT:
        return refused("not_sent", "this was not sent to you")
    if delivery.outcome is not None:
        is_same = delivery.outcome == row.verdict.outcome
        return None if is_same else refused("already_answered", f"you answered {delivery.outcome} before")
    delivery.outcome, delivery.reason = row.verdict.outcome, row.verdict.reason
    delivery.answered_at = delivery.changed_at = tx.now
    submission = delivery.submission_id and await submissions.locked(tx, delivery.submission_id)
    if submission:
        submission.answered(row.verdict, tx.now)
        if await submissions.has_newer(tx, submission):
            submission.superseded(tx.now)
    return None


async def list_council_files(tx: Transaction, request: PageRequest, *, state: str | None) -> dict[str, Any]:
    """The files that councils answered in, such as those in quarantine, without what is in them."""
    return await page(tx, store.files(state=state), CouncilFile, request)
