"""The command of the image: `python -m services prepare` before a deployment, `python -m services serve NAME` in it."""

import asyncio
import importlib
from typing import Annotated

import typer
import uvicorn

from services.common.rabbit import RabbitBroker
from services.common.service import Service
from services.common.telemetry import configure_logging

NAMES = ("caseload", "roster", "hr", "finance", "governance", "interop")
app = typer.Typer(help="Heatshield's services.", no_args_is_help=True, add_completion=False)
Named = Annotated[list[str] | None, typer.Argument(help="All services, unless some are named.")]
Port = Annotated[int, typer.Option(help="The port to listen on.")]
Host = Annotated[str, typer.Option(help="The address to listen on.")]


def declared(name: str) -> Service:
    if name not in NAMES:
        raise typer.BadParameter(f"choose one of {', '.join(NAMES)}")
    service: Service = importlib.import_module(f"services.{name}.main").SERVICE
    return service


@app.command()
def prepare(names: Named = None) -> None:
    """Bring the databases to the newest schema and declare the queues. Run it before any service starts."""
    configure_logging()
    asyncio.run(_prepare([declared(name) for name in names or NAMES]))


async def _prepare(services: list[Service]) -> None:
    broker = await RabbitBroker.connect(services[0].settings().broker_url)
    for service in services:
        await service.prepare(service.settings(), broker)
        typer.echo(f"{service.name}: schema and queues are ready")
    await broker.close()


@app.command()
def serve(name: str, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Run one service."""
    configure_logging()
    uvicorn.run(
        declared(name).app(),
        host=host,
        port=port,
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=25,
    )


if __name__ == "__main__":
    app()
