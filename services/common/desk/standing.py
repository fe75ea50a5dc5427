"""How the events of one service stand."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true

from services.common.broker import Broker, Depth
from services.common.db import Transaction


@dataclass(frozen=True)
class Standing:
    """Counts of events. The lag is how long the oldest unsent one has waited, in seconds."""

    unsent: int
    lag_seconds: float
    waiting: int
    dead: int


@dataclass(frozen=True)
class QueueStanding:
    """How full one of the service's queues is; no figures where the broker is away or has no such queue."""

    queue: str
    event_names: Sequence[str]
    ready: int | None
    consumers: int | None


async def standing(tx: Transaction) -> Standing:
    """Counted now, in the outbox and among the parked events."""
    outbox, parked = tx.metadata.tables["outbox"], tx.metadata.tables["parked_event"]
    age = func.extract("epoch", func.clock_timestamp() - func.min(outbox.c.written_at))
    unsent = select(func.count().label("unsent"), func.coalesce(age, 0).label("lag")).select_from(outbox).subquery()
    held = select(
        func.count().filter(parked.c.retry_at.is_not(None)).label("waiting"),
        func.count().filter(parked.c.retry_at.is_(None)).label("dead"),
    ).subquery()
    row = (await tx.rows(select(unsent, held).join_from(unsent, held, true())))[0]
    return Standing(row.unsent, max(0.0, float(row.lag)), row.waiting, row.dead)


async def queues(broker: Broker, taken: Mapping[str, Sequence[str]]) -> list[QueueStanding]:
    """Each of these queues, which take these events, as the broker tells."""
    found = []
    depths = await asyncio.gather(*(broker.depth(name) for name in taken), return_exceptions=True)
    for (name, event_names), told in zip(taken.items(), depths, strict=True):
        depth = told if isinstance(told, Depth) else None
        ready, consumers = (depth.ready, depth.consumers) if depth else (None, None)
        found.append(QueueStanding(name, event_names, ready, consumers))
    return found
