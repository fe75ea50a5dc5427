"""What the compose file promises the demo, as far as it can be read without a container engine."""

import json
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from demo.partners.council import Council
from demo.servers.postgres import owner_of
from gateway.routes import SERVICES
from services.common import topology


@pytest.fixture
def services() -> dict[str, Any]:
    text = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
    return dict(yaml.safe_load(text)["services"])


def test_the_services_know_this_machine_by_a_name_that_the_council_may_have(services: dict[str, Any]) -> None:
    (host,) = json.loads(services["interop"]["environment"]["HEATSHIELD_PARTNER_HOSTS_INSIDE"])
    assert services["interop"]["extra_hosts"] == [f"{host}:host-gateway"]


def test_every_service_has_a_user_of_its_own_at_the_broker(services: dict[str, Any]) -> None:
    environment = services["caseload"]["environment"]
    for name in (topology.DEPLOYER, *SERVICES):
        assert environment[f"{name.upper()}_BROKER_PASSWORD"]
    assert "@" not in environment["HEATSHIELD_BROKER_URL"], "nobody signs in as somebody for all"
    assert "definitions" in services["rabbitmq"]["depends_on"]


def test_only_prepare_signs_in_as_the_owner_of_a_database(services: dict[str, Any]) -> None:
    script = (Path(__file__).parents[2] / "deploy/postgres/10-databases.sh").read_text()
    assert "create database $name owner ${name}_owner" in script
    for name in SERVICES:
        setting = f"{name.upper()}_OWNER_DATABASE_URL"
        assert [one for one, its in services.items() if setting in its.get("environment", {})] == ["prepare"]
        assert f"//{owner_of(name)}:" in services["prepare"]["environment"][setting]
        assert f"//{name}:" in services[name]["environment"][f"{name.upper()}_DATABASE_URL"]


async def test_a_council_for_containers_listens_beyond_loopback_and_says_what_they_call_it(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "host.docker.internal"):
        async with Council(tmp_path).listening(host) as url:
            assert url.startswith(f"http://{host}:")
            assert _listens_beyond_loopback(int(url.rpartition(":")[2])) is (host != "127.0.0.1")


def _listens_beyond_loopback(port: int) -> bool:
    found = [one for one in psutil.Process().net_connections() if one.status == psutil.CONN_LISTEN]
    return [one.laddr.ip for one in found if one.laddr.port == port] == ["0.0.0.0"]


def test_the_gateways_port_can_be_chosen(services: dict[str, Any]) -> None:
    assert services["gateway"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_a_container_is_asked_for_a_page_that_it_has(services: dict[str, Any]) -> None:
    assert services["prepare"]["healthcheck"] == {"disable": True}
    assert "/jwks" in services["issuer"]["healthcheck"]["test"][-1]
