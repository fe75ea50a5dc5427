"""Consuming: the effect, the events it causes and the mark that it happened are one transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from opentelemetry import trace
from opentelemetry.propagate import extract
from pydantic import BaseModel, ValidationError
from sqlalchemy import text

from services.common import parking
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database, Transaction
from services.common.errors import Unavailable
from services.common.events import MAX_EVENT_BYTES, Envelope, owner
from services.common.metrics import QueueAge
from services.common.outages import is_database_down, is_turn_lost
from services.common.parking import Parked, Unreadable
from services.common.peers import Peers
from services.common.projections import Into, keep_newest_of
from services.common.topology import queue_of

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0
PATIENCE_SECONDS = 300.0
ASKED_AT_ONCE = 4
MARK = text("""
    insert into inbox (event_id, consumer) select id, :consumer from unnest(cast(:ids as uuid[])) as id
    on conflict do nothing returning event_id
""")


@dataclass(frozen=True)
class Subscription:
    """What a service does when something happened elsewhere.

    `reads` names the fields it needs, and a contract test holds the publisher to them. `ask` may question other
    services first; it runs outside the transaction, and its answer is handed to `apply`. A `read_model` only keeps a
    copy of what it is told, so that its events can be applied again at any time (see `rebuild`).
    """

    event_name: str
    reads: type[BaseModel]
    apply: Callable[..., Awaitable[None]] | None = None
    ask: Callable[[Any, Peers], Awaitable[Any]] | None = None
    read_model: bool = False
    # In the place of `apply`: the newest state is kept, field by field, in this table. Many events, one statement.
    copied_into: Into | None = None
    # More events that wait in the same queue, which then has this name: all that one publisher tells keeps its order.
    also: tuple[str, ...] = ()
    stream: str = ""
    # For what takes turns with others (`Transaction.take_turns`): a lot would hold on to all of its turns.
    one_by_one: bool = False

    @property
    def event_names(self) -> tuple[str, ...]:
        return (self.event_name, *self.also)

    def queue(self, service: str) -> str:
        return queue_of(service, self.stream or self.event_name)

    @property
    def can_be_rebuilt(self) -> bool:
        return self.read_model or self.copied_into is not None


@dataclass(frozen=True)
class Heard:
    """One event that its consumer may act on: as it came, as it was read, and what others answered about it."""

    delivery: Delivery
    envelope: Envelope
    fact: BaseModel
    answer: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Consumer:
    """One subscription of one service, with what it needs to be applied."""

    queue: str
    subscription: Subscription
    database: Database
    peers: Peers
    tracer: trace.Tracer
    # The broker's user where all services share one; otherwise only the owner of an event may have sent it.
    shared_login: str = ""
    age: QueueAge = field(default_factory=QueueAge)
    _asking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ASKED_AT_ONCE))

    async def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Apply each event once. An outage is waited out; what fails for its own sake is parked, so the next passes."""
        readable: list[Heard] = []
        for delivery in deliveries:
            try:
                readable.append(self.read(delivery))
            except Unreadable as error:
                await self._park(delivery, error, error.event_id)
        size = 1 if self.subscription.one_by_one else len(deliveries)
        with self.age.holding([heard.envelope.time for heard in readable]):
            for start in range(0, len(readable), size):
                await self._settle(readable[start : start + size])

    def read(self, delivery: Delivery) -> Heard:
        """Raises `Unreadable` for what is no event, not this queue's, or not from the one who may say it."""
        if len(delivery.body) > MAX_EVENT_BYTES:
            raise Unreadable("too_large", f"{len(delivery.body)} bytes, {MAX_EVENT_BYTES} at most")
        try:
            envelope = Envelope.model_validate_json(delivery.body)
        except ValidationError as error:
            raise Unreadable("unreadable", parking.invalid_fields(error)) from None
        if envelope.type not in self.subscription.event_names:
            raise Unreadable("unexpected_type", f"{envelope.type} in {self.queue}")
        teller = owner(envelope.type)
        may_send = {None, teller, self.shared_login or None}
        if delivery.sender not in may_send or envelope.source != f"/heatshield/{teller}":
            raise Unreadable("forged", "not sent by its owner")
        try:
            return Heard(delivery, envelope, self.subscription.reads.model_validate(envelope.data))
        except ValidationError as error:
            raise Unreadable("breaks_contract", parking.invalid_fields(error), event_id=envelope.id) from None

    async def _settle(self, lot: Sequence[Heard]) -> None:
        wait, waited = FIRST_WAIT_SECONDS, 0.0
        while True:
            try:
                await self._apply(await self.answered(lot))
                return
            except Exception as error:  # noqa: BLE001  every failure is waited out, or kept with its reason
                log.warning("events not applied", extra={"queue": self.queue, "error": parking.failure(error)[1]})
                if self._is_waited_out(error, len(lot), waited):
                    await asyncio.sleep(wait)
                    wait, waited = min(wait * 2, LONGEST_WAIT_SECONDS), waited + wait
                elif len(lot) == 1:
                    await self._park(lot[0].delivery, error, lot[0].envelope.id)
                    return
                else:
                    break
        for heard in lot:
            await self._settle([heard])

    @staticmethod
    def _is_waited_out(error: Exception, events: int, waited: float) -> bool:
        """Without its database nothing could be kept anywhere else. What a neighbour cannot tell of one event for
        minutes may be for the sake of that event, and so may be what always stands in somebody's way."""
        if is_database_down(error):
            return True
        return waited < PATIENCE_SECONDS and (isinstance(error, Unavailable) or (is_turn_lost(error) and events == 1))

    async def answered(self, lot: Sequence[Heard]) -> Sequence[Heard]:
        """With what the other services say now. No transaction is open while they are asked."""
        ask = self.subscription.ask
        if ask is None:
            return lot

        async def answered(heard: Heard) -> Heard:
            async with self._asking:
                with self._span(heard, "ask about"):
                    return replace(heard, answer=(await ask(heard.fact, self.peers),))

        asking = [asyncio.create_task(answered(heard)) for heard in lot]
        try:
            return await asyncio.gather(*asking)
        finally:
            # One that fails ends the rest: all are asked again.
            for one in asking:
                one.cancel()

    async def _apply(self, lot: Sequence[Heard], *, parked: Parked | None = None) -> None:
        async with self.database.transaction(SYSTEM) as tx:
            first = await self._first_time(tx, lot)
            await self.apply_to(tx, first)
            if parked is not None:
                await parking.unpark(tx, parked.id)
        for heard in first:
            self.age.took_effect(heard.envelope.time)

    async def apply_to(self, tx: Transaction, lot: Sequence[Heard]) -> None:
        """The effects of these events, in order, in this transaction."""
        into, apply = self.subscription.copied_into, self.subscription.apply
        copies: list[dict[str, Any]] = []
        for heard in lot:
            with self._span(heard, "process"):
                if into is not None:
                    copies.append({**heard.fact.model_dump(), "version": heard.envelope.aggregateversion})
                elif apply is not None:
                    tx.event = heard.envelope
                    await apply(tx, heard.fact, *heard.answer)
                    await tx.settle()
        if into is not None and copies:
            await keep_newest_of(tx, into, copies)

    async def _first_time(self, tx: Transaction, lot: Sequence[Heard]) -> Sequence[Heard]:
        """Mark them all, and give those that had no mark."""
        ids = {"ids": [heard.envelope.id for heard in lot], "consumer": self.queue}
        fresh = set((await tx.session.execute(MARK, ids)).scalars())
        first: list[Heard] = []
        for heard in lot:
            if heard.envelope.id in fresh:
                fresh.remove(heard.envelope.id)
                first.append(heard)
        return first

    async def retry(self, parked: Parked) -> None:
        """Try a parked event again. It is unparked in the transaction of its effect; an outage counts as no try."""
        try:
            lot = await self.answered([self.read(parked.delivery)])
            await self._apply(lot, parked=parked)
        except Exception as error:  # noqa: BLE001  every failure is kept
            if _is_outage(error) or is_turn_lost(error):
                await parking.give_back(self.database, parked)
            elif await parking.note_failure(self.database, parked, error):
                log.error("event is a dead letter", extra={"queue": self.queue, "parked_id": str(parked.id)})

    async def _park(self, delivery: Delivery, error: Exception, event_id: UUID | None) -> None:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                await parking.park(self.database, self.queue, delivery, error, event_id=event_id)
                break
            except Exception as outage:  # noqa: BLE001  it is kept, or the broker keeps it
                log.warning("event not parked", extra={"queue": self.queue, "error": parking.failure(outage)[1]})
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        log.error("event parked", extra={"queue": self.queue, "error": parking.failure(error)[1]})

    @contextmanager
    def _span(self, heard: Heard, verb: str) -> Iterator[None]:
        with self.tracer.start_as_current_span(
            f"{verb} {heard.envelope.type}",
            context=extract({"traceparent": heard.envelope.traceparent or ""}),
            kind=trace.SpanKind.CONSUMER,
            # An exception's message may hold what somebody wrote; its kind and place are in the log.
            record_exception=False,
            set_status_on_exception=False,
            attributes={"messaging.message.id": str(heard.envelope.id), "messaging.destination.name": self.queue},
        ):
            yield


def _is_outage(error: BaseException) -> bool:
    """What will pass by itself, and would meet every other event as well."""
    return isinstance(error, Unavailable) or is_database_down(error)
