"""One engine and one installation for all tests here; skipped, and said so, where no engine can be had."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from demo.servers.ports import free_port
from tests.containers.debian import NotDebian
from tests.containers.engine import KEPT, Engine, NoEngine, running_engine
from tests.containers.images import made
from tests.containers.installation import Installation
from tests.containers.writer import AWAY

VERSION = "e2e"
SETTINGS = "deploy/compose/demo.env"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How long the work stood still for each container that was killed."""
    for service, seconds in AWAY.items():
        terminalreporter.write_line(f"{service} killed: work flowed again within {seconds:.1f} s")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    try:
        with running_engine() as found:
            yield found
    except (NoEngine, NotDebian) as error:
        pytest.skip(f"NO CONTAINER IS TRIED: {error}")


@pytest.fixture(scope="session")
def images(engine: Engine) -> dict[str, str]:
    """By which settings the compose file finds them."""
    return {"VERSION": VERSION, **made(engine, VERSION)}


@pytest.fixture(scope="session")
def installation(engine: Engine, images: dict[str, str]) -> Iterator[Installation]:
    """The compose file as it is, for the made-up people, with secrets and ports of its own."""
    secrets, port = KEPT / "secrets", free_port()
    shutil.rmtree(secrets, ignore_errors=True)
    secrets.mkdir(mode=0o700, parents=True)
    settings = {"HEATSHIELD_SETTINGS": SETTINGS, "HEATSHIELD_SECRETS": str(secrets), "PORT": str(port)}
    made_here = Installation(engine, port, {**images, **settings, "HL7_PORT": str(free_port())})
    # Of a run that was broken off.
    made_here.down()
    try:
        made_here.up()
        yield made_here
    finally:
        made_here.down()
        shutil.rmtree(secrets)
