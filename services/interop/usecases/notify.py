"""Telling subscriptions what changed: held against each change, delivered, tried again, and never for ever."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import orjson

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.errors import ServiceError
from services.common.rulebook import amounts
from services.common.service import Background, Runtime
from services.common.watching import drained, keep_on
from services.interop.domain.rule import RuleCode
from services.interop.domain.subscription import (
    Notice,
    ResourceChange,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
    Told,
)
from services.interop.fhir import criteria, notifying
from services.interop.partners import hooks
from services.interop.store import subscriptions as store

log = logging.getLogger(__name__)

POLL_SECONDS, PURGE_SECONDS = 0.3, 3600.0
MOST_CHANGES, MOST_IN_NOTICE = 200, 100
# As with councils: silent endpoints never use up the connections, and who dies leaves its notice to the others.
LANES, LEASE = 6, timedelta(seconds=60)


def number_changes(every: float = POLL_SECONDS) -> Background:
    """The work of one process beside its requests: which subscription is told of which change."""

    async def run(runtime: Runtime) -> None:
        async def look() -> int:
            return await number_next(runtime.database)

        await keep_on("subscription_changes", every, lambda: drained(look, MOST_CHANGES))

    return run


async def number_next(database: Database) -> int:
    """Hold the oldest changes against the subscriptions to their types; how many changes there were."""
    async with database.transaction(SYSTEM) as tx:
        changes = await store.take_changes(tx, MOST_CHANGES)
        if changes:
            for subscription in await store.listening(tx, {one.resource_type for one in changes}):
                await _number(tx, subscription, changes)
    return len(changes)


async def _number(tx: Transaction, subscription: Subscription, changes: Sequence[ResourceChange]) -> None:
    of_type = [one for one in changes if one.resource_type == subscription.resource_type]
    try:
        _, search = criteria.parsed(subscription.criteria)
    except ServiceError:
        # Taken by an earlier version that knew more parameters: the others are told all the same.
        log.error("subscription not understood any more", extra={"subscription_id": str(subscription.id)})
        subscription.given_up(tx.now)
        return
    found = await store.matching(tx, subscription.resource_type, search, [one.resource_id for one in of_type])
    told = [one for one in of_type if one.resource_id in found]
    for number, one in enumerate(told, subscription.events + 1):
        about = one.model_dump(exclude={"id"})
        tx.add(SubscriptionEvent(subscription_id=subscription.id, number=number, **about))
    if told:
        subscription.happened(len(told), tx.now)


def notify(every: float = POLL_SECONDS, schedule: Sequence[timedelta] = hooks.RETRY_AFTER) -> Background:
    """The work of one process beside its requests: each subscription has a lane, so that a slow one holds up no other.

    `schedule` is the wait before each attempt.
    """

    async def run(runtime: Runtime) -> None:
        async with asyncio.TaskGroup() as lanes:
            busy: set[UUID] = set()

            async def look() -> None:
                for notice in await _due(runtime.database, LANES - len(busy)):
                    busy.add(notice.subscription_id)
                    lanes.create_task(_lane(runtime, notice, schedule, busy))

            await keep_on("subscription_notices", every, look)

    return run


async def forget_old_events(runtime: Runtime) -> None:
    """The work of one process beside its requests: events are kept as long as the rule says."""

    async def look() -> None:
        async with runtime.database.transaction(SYSTEM) as tx:
            (days,) = await amounts(tx, tx.today, RuleCode.EVENT_DAYS)
            await store.forget_old(tx, timedelta(days=days))

    await keep_on("subscription_expiry", PURGE_SECONDS, look)


async def _due(database: Database, most: int) -> Sequence[Notice]:
    if most <= 0:
        return ()
    async with database.transaction(SYSTEM) as tx:
        return [await _leased(tx, one) for one in await store.due(tx, most)]


async def _leased(tx: Transaction, row: Subscription) -> Notice:
    told = row.lease(tx.now, tx.now + LEASE)
    events: Sequence[SubscriptionEvent] = ()
    if told is Told.EVENTS:
        events = await store.events(tx, row.id, row.sent + 1, None, MOST_IN_NOTICE)
    # What was forgotten before it could be told is passed over.
    last = events[-1].number if events else row.events
    body = b""
    if row.is_of_topic:
        body = orjson.dumps(notifying.notification(row, told, row.state(tx.now), events, tx.now))
    return Notice(row.id, told, row.endpoint, list(row.headers), body, last)


async def _lane(runtime: Runtime, notice: Notice, schedule: Sequence[timedelta], busy: set[UUID]) -> None:
    """No transaction is open while an endpoint is asked."""
    try:
        is_taken = await hooks.send(runtime.outside, notice)
        async with runtime.database.transaction(SYSTEM) as tx:
            row = await store.locked(tx, notice.subscription_id)
            if row is None or not row.awaits(notice):
                return
            if is_taken:
                row.took(notice.told, notice.last, tx.now)
            else:
                row.refused(schedule, tx.now)
                told = {"subscription_id": str(row.id), "attempts": row.attempts}
                if row.status == SubscriptionStatus.ERROR:
                    log.error("subscription given up", extra=told)
                else:
                    log.info("notification not taken", extra=told)
    except Exception as error:  # noqa: BLE001  the worker outlives every outage; the lease ends by itself
        log.warning("notification interrupted", extra={"error": type(error).__name__})
    finally:
        busy.discard(notice.subscription_id)
