"""Run the gateway: `python -m gateway --port 8000 --inside-port 9090`."""

from typing import Annotated

import typer

from gateway import server
from gateway.main import create_app
from gateway.settings import GatewaySettings
from services.common.telemetry import configure_logging


def main(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    inside_port: Annotated[int, typer.Option(help="For health, figures and documents; 0 is none.")] = 0,
) -> None:
    """The one public door."""
    configure_logging()
    settings = GatewaySettings.for_service("gateway")
    server.run(create_app(settings), settings, host, port, inside_port)


if __name__ == "__main__":
    typer.run(main)
