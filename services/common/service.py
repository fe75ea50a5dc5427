"""The shell of a service: its database, its events, its door and its health. Each main.py fills it in."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from sqlalchemy import MetaData, make_url
from starlette.routing import BaseRoute

from services.common import errors, history, months, rulebook
from services.common.assertions import own_key
from services.common.audit import api as audit
from services.common.audit.sealing import keep_sealed
from services.common.broker import Broker, InProcessBroker
from services.common.db import Database
from services.common.desk import api as desk
from services.common.directory import Directory
from services.common.draining import Drain, HangsUp
from services.common.files import FileStore
from services.common.health import add_health
from services.common.inbox import Consumer, Subscription
from services.common.metrics import Metrics
from services.common.migrations.migrate import migrate
from services.common.openapi import DescribedApp, Document
from services.common.peers import Mounts, Peers, http_client, outside_client
from services.common.relay import Relay
from services.common.reports import Copy
from services.common.retrying import park_given_up, retry_parked
from services.common.revocations import Revocations
from services.common.scraping import BACKUPS, EVENTS, Counted
from services.common.settings import ServiceSettings
from services.common.telemetry import RequestLog
from services.common.tokens import TokenVerifier
from services.common.tracing import tracer, tracer_provider


@dataclass(frozen=True)
class Runtime:
    """What a service's own background work may use."""

    database: Database
    # For addresses that a partner gave us.
    outside: httpx.AsyncClient
    settings: ServiceSettings
    # For addresses that operations gave us, which may be inside. Never the sister services' own: whatever hangs there
    # keeps no question to them waiting.
    http: httpx.AsyncClient
    # For what is counted where it happens.
    metrics: Metrics


def named_as_written(route: APIRoute) -> str:
    """An operation's id in the document is the name of its function."""
    return route.name


Background = Callable[[Runtime], Awaitable[None]]
# Serves an app for as long as the context lasts.
Beside = Callable[[FastAPI], AbstractAsyncContextManager[None]]
UNTRACED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


@dataclass(frozen=True)
class Service:
    """One service, declared: its name, its tables, its routes, what it listens to and what runs beside."""

    name: str
    summary: str
    metadata: MetaData
    routers: Sequence[APIRouter]
    subscriptions: Sequence[Subscription] = ()
    background: Sequence[Background] = ()
    error_handlers: dict[type[Exception], Callable[..., Any]] = field(default_factory=dict)
    settings_type: type[ServiceSettings] = ServiceSettings
    # Puts into the app's state what its routes need besides.
    furnish: Callable[[FastAPI, Runtime], None] | None = None
    # Where it keeps files beside its database, which are exported with it.
    beside: Callable[[ServiceSettings], FileStore] | None = None
    # What may be worked on in a process without routes.
    worker: Background | None = None
    # What is counted in its database when somebody looks, beside its events.
    counted: Sequence[Counted] = ()

    def settings(self) -> ServiceSettings:
        return self.settings_type.for_service(self.name)

    async def prepare(self, settings: ServiceSettings) -> None:
        """Bring the database to the newest schema, with the months ahead, before a deployment starts."""
        app_role = make_url(settings.database_url).username or ""
        await migrate(self.name, self.metadata, settings.owner_url, app_role=app_role)
        async with months.as_owner(settings.owner_url) as connection:
            await months.make_ahead(connection, datetime.now(UTC))

    async def work(self, settings: ServiceSettings, beside: Beside | None = None) -> None:
        """The worker alone, without routes of its own and without the broker: what it tells waits for the service's
        relay. `beside` serves the app that tells its health and its figures."""
        if self.worker is None:
            raise LookupError(f"{self.name} has nothing to work on beside its routes")
        async with AsyncExitStack() as stack:
            database = Database(settings.database_url, self.metadata, pool_size=settings.database_pool_size)
            stack.push_async_callback(database.close)
            http = await stack.enter_async_context(http_client(None))
            outside = await stack.enter_async_context(outside_client(None, settings.partner_hosts_inside))
            metrics = Metrics(f"{self.name}-worker")
            if beside is not None:
                app = FastAPI(openapi_url=None, telemetry=UNTRACED)
                errors.install(app)
                app.state.database, app.state.metrics, app.state.drain = database, metrics, Drain()
                app.add_middleware(RequestLog, metrics=metrics)
                add_health(app, ())
                await stack.enter_async_context(beside(app))
            await self.worker(Runtime(database, outside, settings, http, metrics))

    def queues(self) -> dict[str, tuple[str, ...]]:
        """The queues that this service takes from, each with the events that wait in it."""
        return {one.queue(self.name): one.event_names for one in self.subscriptions}

    def bind(self, broker: InProcessBroker) -> None:
        """Let what this service listens to wait for it, so that no event is published past one not yet started."""
        for queue, event_names in self.queues().items():
            broker.bind(queue, event_names)

    def app(
        self, settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
    ) -> FastAPI:
        """The running service. `broker` and `mounts` are given where several share a process."""
        settings = settings or self.settings()
        provider = tracer_provider(self.name)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                await self._start(app, stack, settings, broker, mounts, provider)
                yield

        app = DescribedApp(
            known=self._described,
            title=f"Heatshield {self.name}",
            summary=self.summary,
            version="1",
            lifespan=lifespan,
            docs_url=None,
            redoc_url=None,
            generate_unique_id_function=named_as_written,
            telemetry={"tracer_provider": provider, "tracing": provider is not None, "metrics": False, "logs": False},
        )
        self._furnish(app)
        return app

    @property
    def _routes(self) -> Sequence[BaseRoute]:
        return self._put_together[0]

    @property
    def _directory(self) -> Directory:
        return self._put_together[1]

    @property
    def _put_together(self) -> tuple[Sequence[BaseRoute], Directory]:
        return _routed(*self.routers, rulebook.router, audit.router, audit.inside, desk.router, desk.inside)

    @cached_property
    def _described(self) -> Document:
        """What its apps say of themselves, once one has been asked."""
        return {}

    def _furnish(self, app: FastAPI) -> None:
        errors.install(app)
        for kind, handler in self.error_handlers.items():
            app.add_exception_handler(kind, handler)
        app.router.routes.extend([self._directory, *self._routes])
        app.state.metrics = Metrics(self.name)
        # Whoever serves the app says when it is to stop, so that nobody is kept waiting for what may come.
        app.state.is_stopping, app.state.drain = lambda: False, Drain()
        app.add_middleware(HangsUp, drain=app.state.drain)
        app.add_middleware(RequestLog, metrics=app.state.metrics)
        add_health(app, (EVENTS, BACKUPS, *self.counted))

    async def _start(
        self,
        app: FastAPI,
        stack: AsyncExitStack,
        settings: ServiceSettings,
        broker: Broker | None,
        mounts: Mounts | None,
        provider: trace.TracerProvider | None,
    ) -> None:
        if settings.app_env == "production":
            own_key(settings.client_key)
        database = self._open(app, stack, settings)
        http = await stack.enter_async_context(http_client(mounts))
        app.state.settings = settings
        peers = Peers(self.name, settings, http)
        revocations = Revocations(lambda: peers.get("identity", "/inside/revocations"))
        app.state.verifier = TokenVerifier(settings, http, self.name, revocations)
        bus = broker or await _connect(self.name, settings, stack)
        consumers = self._consumers(database, peers, settings, provider, app.state.metrics)
        app.state.peers = peers
        app.state.desk = desk.Desk(self.name, bus, consumers, peers)
        for queue, consumer in consumers.items():
            await bus.subscribe(queue, consumer.subscription.event_names, consumer.deliver)
        await bus.subscribe_to_given_up(self.name, park_given_up(database, consumers))
        outside = await stack.enter_async_context(outside_client(mounts, settings.partner_hosts_inside))
        own = await stack.enter_async_context(http_client(mounts))
        runtime = Runtime(database, outside, settings, own, app.state.metrics)
        if self.furnish is not None:
            self.furnish(app, runtime)
        work = [
            Relay(settings.database_url, bus, tracer(provider) if provider else None).run(),
            retry_parked(database, consumers),
            history.keep_for_a_while(database),
            revocations.follow(),
            keep_sealed(settings.database_url),
            *(run(runtime) for run in self.background),
        ]
        tasks = [asyncio.ensure_future(job) for job in work]
        stack.push_async_callback(_stop, tasks)
        _spare_what_is_imported()

    def _open(self, app: FastAPI, stack: AsyncExitStack, settings: ServiceSettings) -> Database:
        """The service's database, and the copy that its reports are read from."""
        database = Database(settings.database_url, self.metadata, pool_size=settings.database_pool_size)
        copy = Copy(database, settings.read_database_url, pool_size=settings.database_pool_size)
        for one in (database, copy):
            stack.push_async_callback(one.close)
        app.state.database, app.state.copy = database, copy
        return database

    def _consumers(
        self,
        database: Database,
        peers: Peers,
        settings: ServiceSettings,
        provider: trace.TracerProvider | None,
        metrics: Metrics,
    ) -> dict[str, Consumer]:
        shared, queues = settings.shared_broker_login(), {one.queue(self.name): one for one in self.subscriptions}
        return {
            queue: Consumer(queue, one, database, peers, tracer(provider), shared, metrics.queue(queue))
            for queue, one in queues.items()
        }


async def _connect(service: str, settings: ServiceSettings, stack: AsyncExitStack) -> Broker:
    from services.common.rabbit import RabbitBroker

    return await stack.enter_async_context(RabbitBroker(settings.broker_urls(service)))


async def _stop(tasks: Sequence["asyncio.Future[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# By the ids of the routers, which are kept here: no other thing takes one of these ids.
_known: dict[tuple[int, ...], tuple[Sequence[BaseRoute], Directory, Sequence[APIRouter]]] = {}


def _routed(*routers: APIRouter) -> tuple[Sequence[BaseRoute], Directory]:
    """Put together once: they hold nothing of any app, and to work out what each takes costs a second."""
    ids = tuple(map(id, routers))
    if ids not in _known:
        door = FastAPI(openapi_url=None, generate_unique_id_function=named_as_written)
        for router in routers:
            door.include_router(router)
        _known[ids] = door.routes, Directory(door.routes), routers
    return _known[ids][:2]


@cache
def _spare_what_is_imported() -> None:
    """A full collection of it costs tens of milliseconds in the middle of some request. Once is enough: what is made
    later may be of no use any more."""
    gc.collect()
    gc.freeze()
