"""Delivering what councils are to be told: at once, in order, again after every failure, and never for ever."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.common.audit.entry import Entry
from services.common.auth import SYSTEM, Persona, Principal
from services.common.db import Transaction
from services.common.service import Background, Runtime
from services.common.watching import keep_on
from services.interop.domain.adapter import Adapter
from services.interop.domain.delivery import Attempt, DeliveryStatus
from services.interop.domain.submission import Submission, Verdict
from services.interop.partners.council.gateway import Answered
from services.interop.partners.council.ways import NoWay
from services.interop.partners.council.webhook import challenge
from services.interop.partners.hooks import ANSWER_WITHIN, RETRY_AFTER
from services.interop.store import council as store
from services.interop.store import submissions
from services.interop.usecases.show import show_told
from services.interop.usecases.ways import way_to

log = logging.getLogger(__name__)

POLL_SECONDS = 0.3
# How often it is looked for councils that have said nothing for too long, and how many submissions at a time.
LOOK_SECONDS, MOST_AT_ONCE = 60.0, 100
# Fewer than the service's HTTP client has connections, so that silent councils never use them up.
LANES = 6
# Longer than any answer is waited for; a worker that dies leaves its fact to the others after this.
LEASE = timedelta(seconds=60)
# After so many failures in a row a council is left alone for a moment; at once where it says that it is overloaded.
PATIENCE = 5
OVERLOADED = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


def deliver_facts(schedule: Sequence[timedelta] = RETRY_AFTER) -> Background:
    """The work of one process beside its requests: each connection has a lane, so that a slow one holds up no other.

    `schedule` is the wait before each attempt.
    """

    async def run(runtime: Runtime) -> None:
        busy: set[UUID] = set()
        async with asyncio.TaskGroup() as lanes:
            while True:
                for connection_id in await _lanes_due(runtime, busy):
                    busy.add(connection_id)
                    lanes.create_task(_lane(runtime, connection_id, schedule, busy))
                await asyncio.sleep(POLL_SECONDS)

    return run


async def _lanes_due(runtime: Runtime, busy: set[UUID]) -> Sequence[UUID]:
    """The connections to open a lane for. A worker outlives every outage, and looks again in a moment."""
    try:
        async with runtime.database.transaction(SYSTEM) as tx:
            return await store.lanes_due(tx, busy=busy, most=LANES - len(busy))
    except Exception as error:  # noqa: BLE001  the worker outlives every outage
        _interrupted(error)
        return ()


async def _lane(runtime: Runtime, connection_id: UUID, schedule: Sequence[timedelta], busy: set[UUID]) -> None:
    """Send what is due to one connection, one by one, until nothing is left, or the council is not to be asked on."""
    left = PATIENCE
    try:
        while left:
            left = await _deliver_next(runtime, connection_id, schedule, left)
    except Exception as error:  # noqa: BLE001  the worker outlives every outage
        _interrupted(error)
    finally:
        busy.discard(connection_id)


def _interrupted(error: Exception) -> None:
    log.warning("delivery interrupted", extra={"error": type(error).__name__})


async def _deliver_next(runtime: Runtime, connection_id: UUID, schedule: Sequence[timedelta], left: int) -> int:
    """How many failures are borne from now on; none where there was nothing to send. No transaction is open while a
    partner is asked."""
    async with runtime.database.transaction(SYSTEM) as tx:
        attempt = await store.lease(tx, connection_id, for_=LEASE)
    if attempt is None:
        return 0
    await asyncio.sleep(attempt.wait_seconds)
    if not attempt.is_proved:
        return left if await _proves_itself(runtime, attempt, schedule) else 0
    answer = await _handed_over(runtime, attempt)
    record = _disclosure(runtime, attempt) if answer.has_it else None
    async with runtime.database.transaction(SYSTEM, record=record) as tx:
        settled: dict[str, Any] = {"last_status": answer.status, "changed_at": tx.now}
        if answer.has_it:
            news = await store.settle_sent(tx, attempt, settled | _outcome(answer, tx.now))
            tx.concerns(*(one.client_id for one in news if one.client_id))
            # A portal has it only when somebody has copied it there.
            await show_told(tx, news if attempt.adapter != Adapter.PORTAL else [])
            await store.note_success(tx, connection_id, tx.now)
            await _tell_submission(tx, attempt, answer.verdict if news else None)
        else:
            tx.concerns(*filter(None, [attempt.client_id]))
            is_given_up = await _failed(tx, attempt, settled, schedule)
            await _tell_submission(tx, attempt, None, is_given_up=is_given_up)
    if answer.has_it:
        return PATIENCE
    return 0 if answer.status is None or answer.status in OVERLOADED else left - 1


async def _handed_over(runtime: Runtime, attempt: Attempt) -> Answered:
    """A connection whose way has been taken from the installation fails like any other, until ops mend it."""
    try:
        leads = way_to(runtime, attempt.adapter, attempt.connection_id, attempt.url, attempt.host_key)
    except NoWay:
        return Answered(None)
    return await leads.hand_over(attempt, datetime.now(UTC))


def _outcome(answer: Answered, now: datetime) -> dict[str, Any]:
    """What the council made of it, where it said so by taking it."""
    if not answer.is_final:
        return {}
    verdict = answer.verdict or Verdict(outcome="acknowledged")
    return {"outcome": verdict.outcome, "reason": verdict.reason, "answered_at": now}


async def _tell_submission(
    tx: Transaction, attempt: Attempt, verdict: Verdict | None, *, is_given_up: bool = False, has_left: bool = True
) -> None:
    """What became of the submission that this fact carried: what the council said of it first, or that it was tried."""
    submission = attempt.submission_id and await submissions.locked(tx, attempt.submission_id)
    if not submission:
        return
    if verdict is not None:
        submission.answered(verdict, tx.now)
    elif has_left:
        submission.left(tx.now)
    if is_given_up:
        submission.given_up(tx.now)
    await _stand_back(tx, submission)


async def _stand_back(tx: Transaction, submission: Submission) -> None:
    """What did not get there is not mended any more where the line has changed again since."""
    if await submissions.has_newer(tx, submission):
        submission.superseded(tx.now)


def give_up_waiting(within: timedelta = ANSWER_WITHIN, every: float = LOOK_SECONDS) -> Background:
    """The work of one process beside its requests: what a council took and said nothing of waits for the social worker
    in the end."""

    async def run(runtime: Runtime) -> None:
        async def look() -> None:
            async with runtime.database.transaction(SYSTEM) as tx:
                for submission in await submissions.unanswered(tx, tx.now - within, MOST_AT_ONCE):
                    submission.given_up(tx.now)
                    await _stand_back(tx, submission)

        await keep_on("unanswered_submissions", every, look)

    return run


async def _proves_itself(runtime: Runtime, attempt: Attempt, schedule: Sequence[timedelta]) -> bool:
    """An address is told nothing before it has echoed a challenge. Then the fact is taken anew: its address, its share
    and the connection may have changed meanwhile."""
    status, echoed = await challenge(runtime.outside, attempt, datetime.now(UTC))
    async with runtime.database.transaction(SYSTEM) as tx:
        if echoed:
            await store.note_proved(tx, attempt)
            await store.give_back(tx, attempt)
        else:
            is_given_up = await _failed(tx, attempt, {"last_status": status, "changed_at": tx.now}, schedule)
            await _tell_submission(tx, attempt, None, is_given_up=is_given_up, has_left=False)
    return echoed


def _disclosure(runtime: Runtime, attempt: Attempt) -> Entry:
    """What the council was told is put on record as an access of the council's."""
    return Entry(
        actor=Principal(f"connection:{attempt.connection_id}", Persona.COUNCIL),
        issuer=runtime.settings.issuer,
        operation="deliver to a council",
        action="E",
        entity_type="council_delivery",
        entity_id=attempt.delivery_id,
    )


async def _failed(tx: Transaction, attempt: Attempt, settled: dict[str, Any], schedule: Sequence[timedelta]) -> bool:
    """Try again later, or never more after the last attempt; whether this was the last.

    Where the council says that it is gone the connection is closed, and the fact waits for it to be registered again.
    """
    status = settled["last_status"]
    gone = status == HTTPStatus.GONE
    is_last = not gone and attempt.number >= len(schedule)
    if gone:
        await store.settle(tx, attempt, {**settled, "due_at": tx.now})
        log.error("connection closed by its partner", extra={"connection_id": str(attempt.connection_id)})
    elif is_last:
        await store.settle(tx, attempt, {**settled, "status": DeliveryStatus.DEAD})
        log.error("fact not delivered", extra={"delivery_id": str(attempt.delivery_id), "status": status})
    else:
        await store.settle(tx, attempt, {**settled, "due_at": tx.now + schedule[attempt.number]})
    await store.note_failure(tx, attempt, tx.now, disable=gone)
    return is_last
