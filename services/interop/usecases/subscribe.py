"""Subscribing to what changes in the record: asked for, looked at, caught up with, and ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.interop.domain.rule import RuleCode
from services.interop.domain.subscription import (
    EndsTooLate,
    NewSubscription,
    Subscription,
    SubscriptionEvent,
    TooManySubscriptions,
)
from services.interop.store import subscriptions as store
from services.interop.usecases.write.one import require_version

MOST_EVENTS = 1000


async def subscribe(tx: Transaction, new: NewSubscription, ends_at: datetime | None) -> Subscription:
    """It is told of what changes once its endpoint takes a handshake. Raises `TooManySubscriptions`, `EndsTooLate`."""
    await tx.take_turns(f"subscription/{tx.actor.subject}")
    days, most = await amounts(tx, tx.today, RuleCode.SUBSCRIPTION_DAYS, RuleCode.SUBSCRIPTIONS)
    if await store.count(tx) >= most:
        raise TooManySubscriptions
    made = Subscription.asked(new, tx.actor.subject, tx.now, _end(tx, ends_at, days))
    tx.add(made)
    await tx.session.flush()
    return made


async def change_subscription(
    tx: Transaction, subscription_id: UUID, new: NewSubscription, ends_at: datetime | None, if_match: str | None
) -> Subscription:
    """Told of something else, or elsewhere, after another handshake.

    Raises `NotFound`, `BadETag`, `VersionChanged` or `EndsTooLate`.
    """
    found = await store.one(tx, subscription_id, lock=True)
    if found is None:
        raise NotFound("Subscription")
    require_version(found, if_match)
    (days,) = await amounts(tx, tx.today, RuleCode.SUBSCRIPTION_DAYS)
    found.ask_anew(new, tx.now, _end(tx, ends_at, days))
    await tx.session.flush()
    return found


def _end(tx: Transaction, ends_at: datetime | None, days: int) -> datetime:
    """Raises `EndsTooLate`."""
    latest = tx.now + timedelta(days=days)
    if ends_at is not None and not tx.now < ends_at <= latest:
        raise EndsTooLate
    return ends_at or latest


async def read_subscription(tx: Transaction, subscription_id: UUID) -> Subscription:
    """One of the caller's own. Raises `NotFound`."""
    found = await store.one(tx, subscription_id)
    if found is None:
        raise NotFound("Subscription")
    return found


async def list_subscriptions(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    """The caller's own."""
    return await page(tx, store.own(tx), Subscription, request)


async def end_subscription(tx: Transaction, subscription_id: UUID) -> None:
    """Nothing more is told, and what was told is forgotten. Raises `NotFound`."""
    found = await store.one(tx, subscription_id, lock=True)
    if found is None:
        raise NotFound("Subscription")
    await tx.session.delete(found)


async def catch_up(
    tx: Transaction, subscription_id: UUID, first: int, last: int | None
) -> tuple[Subscription, Sequence[SubscriptionEvent]]:
    """The events of one of the caller's own, a thousand at most, as far as they are kept. Raises `NotFound`."""
    found = await read_subscription(tx, subscription_id)
    return found, await store.events(tx, subscription_id, first, last, MOST_EVENTS)
