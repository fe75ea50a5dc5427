"""A service's password at the broker is changed as docs/ops/upgrade.md says, and outlives the broker."""

import time
from pathlib import Path

import pytest

from tests.containers.installation import UP_SECONDS, Installation

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]
USER = "caseload"


def signs_in(installation: Installation, password: str) -> bool:
    try:
        installation.execute("rabbitmq", "rabbitmqctl", "authenticate_user", USER, password)
    except RuntimeError:
        return False
    return True


def is_connected(installation: Installation) -> bool:
    try:
        return USER in installation.execute("rabbitmq", "rabbitmqctl", "-q", "list_connections", "user").split()
    except RuntimeError:
        return False


def until_connected(installation: Installation) -> None:
    deadline = time.monotonic() + 120
    while not is_connected(installation):
        assert time.monotonic() < deadline, installation.logs(USER)
        time.sleep(1)


def test_a_password_at_the_broker_is_changed_for_good(installation: Installation) -> None:
    file = Path(installation.settings["HEATSHIELD_SECRETS"]) / f"{USER}_broker_password"
    old = file.read_text()
    assert signs_in(installation, old)
    file.unlink()
    installation.make_secrets()
    installation.compose("run", "--rm", "definitions")
    installation.execute("rabbitmq", "rabbitmqctl", "import_definitions", "/definitions/broker.json")
    again = ("--wait", "--no-deps", "--force-recreate", USER)
    installation.compose("up", "--detach", "--no-build", *again, seconds=UP_SECONDS)
    until_connected(installation)
    restarts = installation.restarts("rabbitmq")
    installation.kill("rabbitmq")
    assert not installation.engine.is_ours or installation.restarts("rabbitmq") > restarts
    until_connected(installation)
    assert signs_in(installation, file.read_text())
    assert not signs_in(installation, old)
