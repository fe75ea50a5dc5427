"""What runs in the processes that are hurt: a real service, and points at which it kills itself or goes wrong."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from sqlalchemy import text

from demo.compose import services
from demo.servers.http import serving
from services.common import rabbit
from services.common.broker import Delivery, Handler, InProcessBroker, Outgoing
from services.common.connected import Connected
from services.common.db import Transaction
from services.common.events import Envelope
from services.common.inbox import Subscription
from services.common.rabbit import RabbitBroker
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.common.telemetry import configure_logging

# Imported before a process is forked, so that one starts at once.
DECLARED = services()
TALLY = "insert into tally (event_id, consumer) values (:event_id, :consumer)"


@dataclass(frozen=True)
class Point:
    """Where a process kills itself, and the how-manieth time it gets there; or what else is wrong, and how much."""

    name: str
    after: int = 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    def __init__(self, after: int) -> None:
        self.left = after

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            die()


def before_commit(count: Countdown) -> None:
    """Every change of this process, an effect included, was written and is not yet committed."""
    at_commit(count.tick)


def at_commit(do: Callable[[], object]) -> None:
    """Whenever a transaction that has asked something is about to end."""
    end = Connected.end

    async def and_end(connected: Connected, last: str = "") -> None:
        if connected.is_open:
            do()
        await end(connected, last)

    Connected.end = and_end  # type: ignore[method-assign]


def before_publish(count: Countdown) -> None:
    class Dying(RabbitBroker):
        async def publish(self, events: Sequence[Outgoing]) -> set[UUID]:
            count.tick()
            return await super().publish(events)

    rabbit.RabbitBroker = Dying  # type: ignore[misc]


def before_mark(count: Countdown) -> None:
    """The broker has the events for sure, and the outbox still holds them."""

    class Dying(RabbitBroker):
        async def publish(self, events: Sequence[Outgoing]) -> set[UUID]:
            safe = await super().publish(events)
            count.tick()
            return safe

    rabbit.RabbitBroker = Dying  # type: ignore[misc]


def before_ack(count: Countdown) -> None:
    """The effect is committed, and the broker does not know it yet."""

    class Dying(RabbitBroker):
        async def subscribe(self, queue: str, event_names: Sequence[str], handler: Handler) -> None:
            async def and_die(deliveries: Sequence[Delivery]) -> None:
                await handler(deliveries)
                count.tick()

            await super().subscribe(queue, event_names, and_die)

    rabbit.RabbitBroker = Dying  # type: ignore[misc]


def slow(_: Countdown) -> None:
    """Each effect takes a while."""
    at_commit(lambda: time.sleep(0.05))


def clock(minutes: Countdown) -> None:
    """What this process takes for the time of its events and writes into their ids is so many minutes off."""
    seconds = minutes.left * 60
    for name in ("id", "time"):
        given = Envelope.model_fields[name].default_factory
        Envelope.model_fields[name].default_factory = _shifted(given, seconds)
    Envelope.model_rebuild(force=True)


def _shifted(given: Any, seconds: int) -> Callable[[], Any]:
    def make() -> Any:
        made = given()
        if isinstance(made, UUID):
            return UUID(int=made.int + (seconds * 1000 << 80))
        return made + timedelta(seconds=seconds)

    return make


POINTS: dict[str, Callable[[Countdown], None]] = {
    "before_commit": before_commit,
    "before_publish": before_publish,
    "before_mark": before_mark,
    "before_ack": before_ack,
    "slow": slow,
    "clock": clock,
}


def tallied(service: Service) -> Service:
    """The same, each effect leaving a line beside it, so that an effect that comes twice is seen."""
    return replace(service, subscriptions=[_tallied(service.name, one) for one in service.subscriptions])


def _tallied(service: str, subscription: Subscription) -> Subscription:
    apply: Callable[..., Awaitable[None]] | None = subscription.apply
    if apply is None:
        return subscription

    async def and_tally(tx: Transaction, fact: Any, *answer: Any) -> None:
        line = {"event_id": tx.event.id if tx.event else None, "consumer": subscription.queue(service)}
        await tx.session.execute(text(TALLY), line)
        await apply(tx, fact, *answer)

    return replace(subscription, apply=and_tally)


def serve(name: str, settings: ServiceSettings, port: int, log: str, point: Point | None) -> None:
    """One service, as `python -m services serve` runs it."""
    write_to(log)
    if point is not None:
        POINTS[point.name](Countdown(point.after))
    app = tallied(DECLARED[name]).app(settings)
    uvicorn.run(app, host="127.0.0.1", port=port, http="httptools", access_log=False, log_config=None)


def serve_together(settings: dict[str, ServiceSettings], port: int, log: str) -> None:
    """All of these services in one process, the first at the port, events handed over within it."""
    write_to(log)
    asyncio.run(_together(settings, port))


async def _together(settings: dict[str, ServiceSettings], port: int) -> None:
    broker, mounts = InProcessBroker(), dict[str, httpx.AsyncBaseTransport]()
    declared = {name: tallied(DECLARED[name]) for name in settings}
    for service in declared.values():
        service.bind(broker)
    apps = {name: one.app(settings[name], broker=broker, mounts=mounts) for name, one in declared.items()}
    mounts |= {f"all://{name}": httpx.ASGITransport(app=app) for name, app in apps.items()}
    async with AsyncExitStack() as stack:
        for app in list(apps.values())[1:]:
            await stack.enter_async_context(app.router.lifespan_context(app))
        await stack.enter_async_context(serving(next(iter(apps.values())), port=port))
        await asyncio.Event().wait()


def write_to(log: str) -> None:
    sys.stdout = sys.stderr = open(log, "a", buffering=1)  # noqa: SIM115  for as long as the process lives
    configure_logging("INFO")
