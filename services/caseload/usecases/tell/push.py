"""Push: a person's devices are subscribed, woken when there is an alert, and forgotten when they are gone."""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.caseload.domain.push import RETRY_AFTER, EndpointTaken, NewPushSubscription, Push, PushSubscription
from services.caseload.partners import web_push
from services.caseload.store import alerts as store
from services.common.auth import SYSTEM
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.service import Runtime
from services.common.watching import drained, keep_on

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
MOST_AT_ONCE = 8
# Longer than any push service is waited for.
LEASE = timedelta(seconds=60)
# Not to be sent to any more: unknown, gone, or subscribed under a key that we have changed.
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.FORBIDDEN)


async def subscribe_to_push(
    tx: Transaction, new: NewPushSubscription, hosts_inside: Collection[str]
) -> PushSubscription:
    """This device wakes the caller from now on. Raises `EndpointNotOutside` or `EndpointTaken`."""
    by = tx.actor.employee_id
    if by is None:
        raise NotFound("employee")
    subscription = PushSubscription.subscribed(new, by, hosts_inside, tx.now)
    async with tx.refusing({"one_subscription_of_each_device": EndpointTaken}):
        tx.add(subscription)
    return subscription


async def list_push_subscriptions(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    """The caller's own devices."""
    return await page(tx, store.subscriptions_of(tx.actor.employee_id), PushSubscription, request)


async def read_push_subscription(tx: Transaction, subscription_id: UUID) -> PushSubscription:
    """Raises `NotFound` for somebody else's as for one that is not there."""
    subscription: PushSubscription = await tx.get(PushSubscription, subscription_id)
    if subscription.employee_id != tx.actor.employee_id:
        raise NotFound("push_subscription")
    return subscription


async def end_push_subscription(tx: Transaction, subscription_id: UUID, if_match: int) -> PushSubscription:
    """This device wakes nobody any more. Raises `PreconditionFailed`."""
    subscription = await read_push_subscription(tx, subscription_id)
    require_version(subscription, if_match)
    subscription.end(tx.now)
    await tx.session.flush()
    return subscription


async def send_pushes(runtime: Runtime) -> None:
    """Wake devices as long as the process lives; each replica takes what is free."""
    await keep_on("push", POLL_SECONDS, partial(drained, partial(push_some, runtime)))


async def push_some(runtime: Runtime) -> int:
    """Send some messages that are due. No transaction is open while a push service is asked. How many were tried."""
    async with runtime.database.transaction(SYSTEM) as tx:
        leased = await store.lease_pushes(tx, LEASE, most=MOST_AT_ONCE)
    await asyncio.gather(*(_push(runtime, push) for push in leased))
    return len(leased)


async def _push(runtime: Runtime, push: Push) -> None:
    """What was tried as often as it may be, and by whom it was tried never came back, is not tried again."""
    status = await _status(runtime, push) if push.attempts <= len(RETRY_AFTER) else None
    arrived = status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    async with runtime.database.transaction(SYSTEM) as tx:
        if status in GONE:
            await store.end_subscription(tx, push)
        elif arrived or push.attempts >= len(RETRY_AFTER):
            await store.settle_push(tx, push, None)
        else:
            await store.settle_push(tx, push, tx.now + RETRY_AFTER[push.attempts])


async def _status(runtime: Runtime, push: Push) -> int | None:
    """Whatever goes wrong with one message is one failed try of it, and keeps none of the others."""
    try:
        return await web_push.send(runtime.outside, push, runtime.settings)
    except Exception as error:  # noqa: BLE001  what a subscription holds is a browser's, and may be anything
        log.warning("push failed", extra={"error": type(error).__name__})
        return None
