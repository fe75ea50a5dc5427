"""The shell of a service: its database, its events, its door and its health. Each main.py fills it in."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import APIRouter, FastAPI, Response
from opentelemetry import trace
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import MetaData, func, select

from services.common import errors, outbox, rulebook
from services.common.auth import TokenVerifier
from services.common.broker import Broker
from services.common.db import Database
from services.common.inbox import Consumer, Subscription
from services.common.migrations.migrate import migrate
from services.common.outbox import Relay
from services.common.peers import Mounts, Peers, http_client
from services.common.settings import ServiceSettings
from services.common.telemetry import Metrics, RequestLog, tracer_provider


@dataclass(frozen=True)
class Runtime:
    """What a service's own background work may use."""

    database: Database
    http: httpx.AsyncClient
    settings: ServiceSettings


Background = Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True)
class Service:
    """One service, declared: its name, its tables, its routes, what it listens to and what runs beside."""

    name: str
    summary: str
    metadata: MetaData
    routers: Sequence[APIRouter]
    subscriptions: Sequence[Subscription] = ()
    background: Sequence[Background] = ()
    error_handlers: dict[type[Exception], Callable[..., Response]] = field(default_factory=dict)

    def settings(self) -> ServiceSettings:
        return ServiceSettings.for_service(self.name)

    async def prepare(self, settings: ServiceSettings, broker: Broker) -> None:
        """Before a deployment starts: newest schema, and a queue for everything this service listens to.

        Every service is prepared before any starts, so that no event is published past a queue not yet made.
        """
        await migrate(self.name, self.metadata, settings.database_url)
        for subscription in self.subscriptions:
            await broker.declare(subscription.queue(self.name), subscription.event_name)

    def app(
        self, settings: ServiceSettings | None = None, *, broker: Broker | None = None, mounts: Mounts | None = None
    ) -> FastAPI:
        """The running service. `broker` and `mounts` are given where several share a process."""
        settings = settings or self.settings()
        provider = tracer_provider(self.name, settings.otlp_endpoint)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                await self._start(app, stack, settings, broker, mounts, provider)
                yield

        app = FastAPI(
            title=f"Heatshield {self.name}",
            summary=self.summary,
            version="1",
            lifespan=lifespan,
            docs_url=None,
            redoc_url=None,
            telemetry={"tracer_provider": provider, "tracing": provider is not None, "metrics": False, "logs": False},
        )
        self._furnish(app)
        return app

    def _furnish(self, app: FastAPI) -> None:
        errors.install(app)
        for kind, handler in self.error_handlers.items():
            app.add_exception_handler(kind, handler)
        for router in (*self.routers, rulebook.router):
            app.include_router(router)
        app.state.metrics = Metrics(self.name)
        app.add_middleware(RequestLog, metrics=app.state.metrics)
        _add_health(app)

    async def _start(
        self,
        app: FastAPI,
        stack: AsyncExitStack,
        settings: ServiceSettings,
        broker: Broker | None,
        mounts: Mounts | None,
        provider: trace.TracerProvider | None,
    ) -> None:
        database = Database(settings.database_url, self.metadata, pool_size=settings.database_pool_size)
        stack.push_async_callback(database.close)
        http = await stack.enter_async_context(http_client(mounts))
        app.state.database, app.state.verifier = database, TokenVerifier(settings, http)
        app.state.settings = settings
        bus = broker or await _connect(settings, stack)
        tracer = trace.get_tracer("heatshield", tracer_provider=provider or trace.NoOpTracerProvider())
        for subscription in self.subscriptions:
            queue = subscription.queue(self.name)
            consumer = Consumer(queue, subscription, database, Peers(self.name, settings, http), tracer)
            await bus.declare(queue, subscription.event_name)
            await bus.subscribe(queue, consumer.deliver)
        runtime = Runtime(database, http, settings)
        work = [Relay(database, bus).run(), outbox.purge(database), *(run(runtime) for run in self.background)]
        tasks = [asyncio.ensure_future(job) for job in work]
        stack.push_async_callback(_stop, tasks)
        # A full collection of what was imported costs tens of milliseconds in the middle of some request.
        gc.collect()
        gc.freeze()


async def _connect(settings: ServiceSettings, stack: AsyncExitStack) -> Broker:
    from services.common.rabbit import RabbitBroker

    broker = await RabbitBroker.connect(settings.broker_url)
    stack.push_async_callback(broker.close)
    return broker


async def _stop(tasks: Sequence["asyncio.Future[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _add_health(app: FastAPI) -> None:
    """Liveness says that the loop turns; readiness, that the database answers. Neither asks the broker:
    a service that can write to its outbox can work while the broker is away."""

    async def live() -> dict[str, str]:
        return {"status": "live"}

    async def ready() -> dict[str, str]:
        async with app.state.database.engine.connect() as connection:
            await connection.execute(select(1))
        return {"status": "ready"}

    async def metrics() -> Response:
        figures: Metrics = app.state.metrics
        tables = app.state.database.metadata.tables
        async with app.state.database.engine.connect() as connection:
            unsent = select(func.count()).select_from(tables["outbox"]).where(tables["outbox"].c.sent_at.is_(None))
            dead = select(func.count()).select_from(tables["dead_letter"])
            figures.unsent.labels(figures.service).set((await connection.execute(unsent)).scalar_one())
            figures.dead.labels(figures.service).set((await connection.execute(dead)).scalar_one())
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)

    for path, endpoint in (("/health/live", live), ("/health/ready", ready), ("/metrics", metrics)):
        app.add_api_route(path, endpoint, include_in_schema=False)
