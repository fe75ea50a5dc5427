"""Run the gateway: `python -m gateway --port 8000`."""

from typing import Annotated

import typer
import uvicorn

from gateway.main import create_app
from services.common.telemetry import configure_logging


def main(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """The one public door."""
    configure_logging()
    uvicorn.run(
        create_app(),
        host=host,
        port=port,
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=25,
    )


if __name__ == "__main__":
    typer.run(main)
