"""Consuming: the effect, the events it causes and the mark that it happened are one transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.propagate import extract
from pydantic import BaseModel, ValidationError
from sqlalchemy.dialects.postgresql import insert

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.errors import Unavailable, is_database_down
from services.common.events import Envelope
from services.common.peers import Peers

log = logging.getLogger(__name__)

ATTEMPTS = 5
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class Subscription:
    """What a service does when something happened elsewhere.

    `reads` names the fields it needs, and a contract test holds the publisher to them. `ask` may question other
    services first; it runs outside the transaction, and its answer is handed to `apply`.
    """

    event_name: str
    reads: type[BaseModel]
    apply: Callable[..., Awaitable[None]]
    ask: Callable[[Any, Peers], Awaitable[Any]] | None = None

    def queue(self, service: str) -> str:
        return f"{service}.{self.event_name}"


@dataclass(frozen=True)
class Consumer:
    """One subscription of one service, with what it needs to be applied."""

    queue: str
    subscription: Subscription
    database: Database
    peers: Peers
    tracer: trace.Tracer

    async def deliver(self, envelope: Envelope) -> None:
        """Apply the event once. An outage is waited out; what still fails after five tries becomes a dead letter."""
        with self.tracer.start_as_current_span(
            f"process {envelope.type}",
            context=extract({"traceparent": envelope.traceparent or ""}),
            kind=trace.SpanKind.CONSUMER,
            attributes={"messaging.message.id": str(envelope.id), "messaging.destination.name": self.queue},
        ):
            await self._until_done(envelope)

    async def _until_done(self, envelope: Envelope) -> None:
        failures: list[str] = []
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                if failures and self._is_hopeless(failures):
                    await self._bury(envelope, failures)
                else:
                    await self._apply(envelope)
            except Exception as error:  # noqa: BLE001  every failure is either waited out or kept as a dead letter
                if not (isinstance(error, Unavailable) or is_database_down(error)):
                    failures.append(_short(error))
                log.warning("event not applied", extra={"queue": self.queue, "error": _short(error)})
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            else:
                return

    def _is_hopeless(self, failures: list[str]) -> bool:
        return len(failures) >= ATTEMPTS or failures[-1].startswith(ValidationError.__name__)

    async def _apply(self, envelope: Envelope) -> None:
        fact = self.subscription.reads.model_validate(envelope.data)
        answer: tuple[Any, ...] = ()
        if self.subscription.ask is not None:
            answer = (await self.subscription.ask(fact, self.peers),)
        async with self.database.transaction(SYSTEM, event_version=envelope.aggregateversion) as transaction:
            if await self._is_first(transaction, envelope):
                await self.subscription.apply(transaction, fact, *answer)

    async def _is_first(self, transaction: Transaction, envelope: Envelope) -> bool:
        inbox = transaction.metadata.tables["inbox"]
        mark = insert(inbox).values(event_id=envelope.id, consumer=self.queue).on_conflict_do_nothing()
        marked = await transaction.session.execute(mark.returning(inbox.c.event_id))
        return marked.first() is not None

    async def _bury(self, envelope: Envelope, failures: list[str]) -> None:
        """Keep the event with its reason in the service's own table, and let the next one pass."""
        letters = self.database.metadata.tables["dead_letter"]
        letter = insert(letters).values(
            event_id=envelope.id,
            consumer=self.queue,
            type=envelope.type,
            envelope=envelope.model_dump(mode="json", exclude_none=True),
            attempts=len(failures),
            first_error=failures[0],
            last_error=failures[-1],
        )
        async with self.database.engine.begin() as connection:
            await connection.execute(letter.on_conflict_do_nothing())
        log.error("event kept as a dead letter", extra={"queue": self.queue, "event_id": str(envelope.id)})


def _short(error: Exception) -> str:
    """The kind of failure and where, without the values, which may be a person's."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" at {where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else ""
    return f"{type(error).__name__}{place}"
