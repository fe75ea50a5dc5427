"""Queries about subscriptions, the changes they are held against, and the events that came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.resource import Resource
from services.interop.domain.subscription import ResourceChange, Subscription, SubscriptionEvent, SubscriptionStatus
from services.interop.fhir.asked import Search
from services.interop.store import resource_search


def own(tx: Transaction) -> Select[Any]:
    """The subscriptions of the system that asks."""
    return select(Subscription).where(col(Subscription.requested_by) == tx.actor.subject)


async def one(tx: Transaction, subscription_id: UUID, *, lock: bool = False) -> Subscription | None:
    wanted = own(tx).where(col(Subscription.id) == subscription_id)
    found: Subscription | None = await tx.session.scalar(wanted.with_for_update() if lock else wanted)
    return found


async def count(tx: Transaction) -> int:
    return int((await tx.session.execute(select(func.count()).select_from(own(tx).subquery()))).scalar_one())


async def take_changes(tx: Transaction, most: int) -> Sequence[ResourceChange]:
    """The oldest changes that wait; whoever takes them holds subscriptions against them in this transaction."""
    oldest = select(ResourceChange).order_by(col(ResourceChange.happened_at), col(ResourceChange.id)).limit(most)
    found: Sequence[ResourceChange] = await tx.all(oldest.with_for_update(skip_locked=True))
    await tx.session.execute(delete(ResourceChange).where(col(ResourceChange.id).in_([row.id for row in found])))
    return found


async def listening(tx: Transaction, types: set[str]) -> Sequence[Subscription]:
    """The active subscriptions to any of these types, locked in one order so that events are numbered one by one."""
    active = (
        col(Subscription.status) == SubscriptionStatus.ACTIVE,
        col(Subscription.resource_type).in_(types),
        col(Subscription.ends_at) > tx.now,
    )
    rows: Sequence[Subscription] = await tx.all(
        select(Subscription).where(*active).order_by(col(Subscription.id)).with_for_update()
    )
    return rows


async def matching(tx: Transaction, resource_type: str, search: Search, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these resources that the search finds as they are now."""
    wanted = (await resource_search.searched(tx, resource_type, search)).where(col(Resource.resource_id).in_(ids))
    return set(await tx.all(wanted.with_only_columns(col(Resource.resource_id))))


async def due(tx: Transaction, most: int) -> Sequence[Subscription]:
    """What is to be told something now."""
    now = (
        col(Subscription.due_at) <= tx.now,
        col(Subscription.ends_at) > tx.now,
        col(Subscription.status).in_([SubscriptionStatus.REQUESTED, SubscriptionStatus.ACTIVE]),
    )
    wanted = select(Subscription).where(*now).order_by(col(Subscription.due_at)).limit(most)
    rows: Sequence[Subscription] = await tx.all(wanted.with_for_update(skip_locked=True))
    return rows


async def locked(tx: Transaction, subscription_id: UUID) -> Subscription | None:
    wanted = select(Subscription).where(col(Subscription.id) == subscription_id).with_for_update()
    found: Subscription | None = await tx.session.scalar(wanted)
    return found


async def events(
    tx: Transaction, subscription_id: UUID, first: int, last: int | None, most: int
) -> Sequence[SubscriptionEvent]:
    """The kept events from this number on, in their order."""
    wanted = select(SubscriptionEvent).where(
        col(SubscriptionEvent.subscription_id) == subscription_id, col(SubscriptionEvent.number) >= first
    )
    if last is not None:
        wanted = wanted.where(col(SubscriptionEvent.number) <= last)
    rows: Sequence[SubscriptionEvent] = await tx.all(wanted.order_by(col(SubscriptionEvent.number)).limit(most))
    return rows


async def forget_old(tx: Transaction, kept: timedelta) -> None:
    """Events that were kept long enough, and subscriptions that ended as long ago."""
    before: datetime = tx.now - kept
    await tx.session.execute(delete(SubscriptionEvent).where(col(SubscriptionEvent.happened_at) < before))
    await tx.session.execute(delete(Subscription).where(col(Subscription.ends_at) < before))
