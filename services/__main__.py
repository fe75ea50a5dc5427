"""The command of the image: `python -m services prepare` before a deployment, or `migrate NAME` for one service alone;
`python -m services serve NAME` in it, and `python -m services work NAME` where a service has a worker."""

import asyncio
import contextlib
import importlib
import json
import signal
from collections.abc import AsyncIterator, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI

from services.common import months, rabbit, topology
from services.common.draining import DrainingServer
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.common.telemetry import configure_logging
from services.console import audit, events, reconcile, returns, secret_files
from services.console.client import SERVICES as NAMES
from services.moving import command as moving

app = typer.Typer(help="Heatshield's services.", no_args_is_help=True, add_completion=False)
app.add_typer(events.app, name="events")
app.add_typer(audit.app, name="audit")
app.add_typer(returns.app, name="returns")
app.command()(reconcile.reconcile)
Named = Annotated[list[str] | None, typer.Argument(help="All services, unless some are named.")]
Port = Annotated[int, typer.Option(help="The port to listen on.")]
Archive = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, writable=True, help="The folder for months of the audit trail."),
]
Host = Annotated[str, typer.Option(help="The address to listen on.")]


def declared(name: str) -> Service:
    if name not in NAMES:
        raise typer.BadParameter(f"choose one of {', '.join(NAMES)}")
    service: Service = importlib.import_module(f"services.{name}.main").SERVICE
    return service


@app.command()
def migrate(name: str) -> None:
    """Bring one service's database to the newest schema. The broker is not asked."""
    configure_logging()
    asyncio.run(_migrate(declared(name)))


async def _migrate(service: Service) -> None:
    """It needs the database alone, and not what the running service must be given besides, such as keys."""
    await service.prepare(ServiceSettings.for_service(service.name))
    typer.echo(f"{service.name}: the schema is ready")


@app.command()
def prepare(names: Named = None) -> None:
    """Bring the databases to the newest schema and declare the queues. Run it before any service starts."""
    configure_logging()
    asyncio.run(_prepare([declared(name) for name in names or NAMES]))


async def _prepare(services: list[Service]) -> None:
    for service in services:
        await _migrate(service)
    deployer = ServiceSettings.for_service(topology.DEPLOYER)
    await rabbit.declare(deployer.broker_urls(topology.DEPLOYER)[0], queues(service.name for service in services))
    typer.echo("the broker's queues are ready")


Folder = Annotated[Path, typer.Argument(help="The folder of the export.")]


@app.command(name="export")
def export_all(folder: Folder, names: Named = None) -> None:
    """Write all that the services hold into a new folder: a file of JSON lines a table, and a manifest of sums.

    Signs in as the owner of each database: CASELOAD_OWNER_DATABASE_URL and so on.
    """
    moving.leave([declared(name) for name in names or NAMES], folder)


@app.command(name="import")
def import_all(folder: Folder, names: Named = None) -> None:
    """Take an export into databases without any table, as their owners. All of it is taken in, or nothing."""
    moving.arrive([declared(name) for name in names or NAMES], folder)


@app.command()
def maintain(names: Named = None, archive: Archive = None) -> None:
    """Make the months ahead of what is kept by months, and drop what the rules let go. Run it once a day.

    It ends with 1 where something has to be looked after.
    """
    configure_logging()
    done = asyncio.run(_maintain([declared(name) for name in names or NAMES], archive))
    if any(one.failed for one in done):
        raise typer.Exit(1)


async def _maintain(services: list[Service], archive: Path | None) -> list[months.Done]:
    all_done: list[months.Done] = []
    for service in services:
        done = await months.maintain(service.settings().owner_url, datetime.now(UTC), service.name, archive)
        for one in done:
            typer.echo(f"{service.name}: {one.what}")
        typer.echo(f"{service.name}: the months are ready")
        all_done += done
    return all_done


broker = typer.Typer(help="What the broker holds.", no_args_is_help=True)
app.add_typer(broker, name="broker")


@broker.command()
def definitions(out: Annotated[Path | None, typer.Option(help="A file to write them to.")] = None) -> None:
    """Print the broker's queues, users and permissions as RabbitMQ imports them.

    Users are those with a password in the environment: DEPLOYER_BROKER_PASSWORD, CASELOAD_BROKER_PASSWORD and so on.
    """
    found = {name: ServiceSettings.for_service(name).broker_password for name in (topology.DEPLOYER, *NAMES)}
    passwords = {name: password for name, password in found.items() if password}
    wanted = json.dumps(topology.definitions(queues(NAMES), passwords), indent=2)
    if out is None:
        typer.echo(wanted)
    else:
        out.write_text(wanted, "utf-8")


def queues(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The queues of these services, each with the events that wait in it."""
    return {queue: event_names for name in names for queue, event_names in declared(name).queues().items()}


app.command()(secret_files.keys)
app.command()(secret_files.secrets)


@app.command()
def serve(name: str, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Run one service."""
    configure_logging()
    service = declared(name)
    settings = service.settings()
    server = server_of(service.app(settings), host, port, settings.drain_seconds)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(1)


@app.command()
def work(name: str, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Work on what one service is asked for and takes long, until it is told to end.

    The port is for health and figures alone.
    """
    configure_logging()
    service = declared(name)
    if service.worker is None:
        raise typer.BadParameter("this service has nothing to work on beside its routes")
    asyncio.run(_until_told(service.work(service.settings(), lambda app: _beside(app, host, port))))


@contextlib.asynccontextmanager
async def _beside(served: FastAPI, host: str, port: int) -> AsyncIterator[None]:
    """Serve it while something else is what the process is for, which a signal is for as well."""
    server = server_of(served, host, port)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await running


async def _until_told(working: Coroutine[Any, Any, None]) -> None:
    """An orchestrator ends a process as a terminal does; what was begun is put back."""
    task = asyncio.ensure_future(working)
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def server_of(served: FastAPI, host: str, port: int, drain_seconds: float = 0) -> uvicorn.Server:
    """What serves the app, and lets it know when it is to stop."""
    config = uvicorn.Config(
        served,
        host=host,
        port=port,
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=25,
    )
    server = DrainingServer(config, served.state.drain, drain_seconds)
    served.state.is_stopping = lambda: server.should_exit
    return server


if __name__ == "__main__":
    app()
