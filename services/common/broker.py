"""The event broker: one port, two adapters that behave alike (`tests/common/test_brokers.py` runs over both)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Outgoing:
    """A sealed event on its way to whoever listens to its type."""

    id: UUID
    type: str
    subject: str
    body: bytes


@dataclass(frozen=True)
class Delivery:
    """What a queue hands over: bytes that may be anything, and who sent them as far as the broker vouches for it."""

    body: bytes
    # None where nobody but this process could have sent it.
    sender: str | None = None
    # Why the broker itself gave the message up, and the queue that it lay in.
    given_up: str | None = None
    queue: str | None = None


class Unconfirmed(Exception):
    """The broker is there and has confirmed none of the events."""


Handler = Callable[[Sequence[Delivery]], Awaitable[None]]


@dataclass(frozen=True)
class Depth:
    """How many messages of a queue nobody has been given yet, and how many processes take from it."""

    ready: int
    consumers: int


class Broker(Protocol):
    async def publish(self, events: Sequence[Outgoing]) -> set[UUID]:
        """Hand over the events in order. The ids of those that every queue for them holds safely.

        What no queue takes, or a full one, is not among them. Raises `Unconfirmed` when there is none for another
        reason, and `ConnectionError` when the broker is away.
        """

    async def subscribe(self, queue: str, event_names: Sequence[str], handler: Handler) -> None:
        """Give the queue's events to the handler, a few at a time and in order. They are done when it returns."""

    async def subscribe_to_given_up(self, service: str, handler: Handler) -> None:
        """Give the handler what the broker gave up handing to this service."""

    async def depth(self, queue: str) -> Depth | None:
        """How full a queue is; None where there is no such queue."""


@dataclass
class InProcessBroker:
    """For one process: an event is handed straight to its consumers and is safe once all have applied it.

    It stores nothing. The outbox is its memory: a publish that is cut short leaves the rows unsent, and the
    consumers' inboxes drop what they already applied.
    """

    _bindings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _handlers: dict[str, Handler] = field(default_factory=dict)

    def bind(self, queue: str, event_names: Sequence[str]) -> None:
        """Let events of these names wait for the queue's handler. Safe to repeat."""
        for name in event_names:
            if queue not in self._bindings[name]:
                self._bindings[name].append(queue)

    async def publish(self, events: Sequence[Outgoing]) -> set[UUID]:
        lots: dict[str, list[Delivery]] = defaultdict(list)
        safe: set[UUID] = set()
        for event in events:
            queues = self._bindings.get(event.type, [])
            if queues and all(queue in self._handlers for queue in queues):
                safe.add(event.id)
                for queue in queues:
                    lots[queue].append(Delivery(event.body))
        handed = (self._handlers[queue](lot) for queue, lot in lots.items())
        for outcome in await asyncio.gather(*handed, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        return safe

    async def subscribe(self, queue: str, event_names: Sequence[str], handler: Handler) -> None:
        self.bind(queue, event_names)
        self._handlers[queue] = handler

    async def subscribe_to_given_up(self, service: str, handler: Handler) -> None:
        """A process gives nothing up: what it holds is handed over or the publisher keeps it."""

    async def depth(self, queue: str) -> Depth | None:
        return Depth(0, 1) if queue in self._handlers else None
