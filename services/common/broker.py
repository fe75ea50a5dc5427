"""The event broker: one port, two adapters that behave alike (`tests/common/test_brokers.py` runs over both)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.common.events import Envelope

Handler = Callable[[Envelope], Awaitable[None]]


class Unroutable(Exception):
    """No queue is bound to this event, so it must stay in the outbox until there is one."""


class Broker(Protocol):
    async def declare(self, queue: str, event_name: str) -> None:
        """Make the queue and bind it to the event, once and for all. Safe to repeat."""

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Hand over the events in order; returns when each is safe. Raises `Unroutable` if one has no queue."""

    async def subscribe(self, queue: str, handler: Handler) -> None:
        """Give the queue's events to the handler one by one; an event is done when the handler returns."""

    async def close(self) -> None: ...


@dataclass
class InProcessBroker:
    """For one process: an event is handed straight to its consumers and is safe once all have applied it.

    It stores nothing. The outbox is its memory: a publish that is cut short leaves the rows unsent, and the
    consumers' inboxes drop what they already applied.
    """

    _bindings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _handlers: dict[str, Handler] = field(default_factory=dict)

    async def declare(self, queue: str, event_name: str) -> None:
        if queue not in self._bindings[event_name]:
            self._bindings[event_name].append(queue)

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            queues = self._bindings.get(envelope.type)
            if not queues or not all(queue in self._handlers for queue in queues):
                raise Unroutable(envelope.type)
            handed = (self._handlers[queue](envelope.model_copy(deep=True)) for queue in queues)
            for outcome in await asyncio.gather(*handed, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    raise outcome

    async def subscribe(self, queue: str, handler: Handler) -> None:
        self._handlers[queue] = handler

    async def close(self) -> None:
        self._handlers.clear()
