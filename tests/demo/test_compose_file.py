"""What the compose file promises, as far as it can be read without a container engine."""

import json
import re
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from demo.barrow import people
from demo.compose import RETURNS, SIGN_IN
from demo.partners.council import Council
from demo.servers.postgres import owner_of
from gateway.routes import SERVICES
from gateway.settings import GatewaySettings
from services.common import topology
from services.identity.domain.trusted_issuer import TrustedIssuer
from services.identity.settings import IdentitySettings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture
def composed() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


@pytest.fixture
def services(composed: dict[str, Any]) -> dict[str, Any]:
    return dict(composed["services"])


def settings_of(name: str) -> dict[str, str]:
    lines = (DEPLOY / "compose" / name).read_text().splitlines()
    found = (line.partition("=") for line in lines if not line.startswith("#"))
    return {name: value.strip("'") for name, _, value in found}


def test_the_services_know_this_machine_by_a_name_that_the_council_may_have(services: dict[str, Any]) -> None:
    (host,) = json.loads(settings_of("demo.env")["HEATSHIELD_PARTNER_HOSTS_INSIDE"])
    assert services["interop"]["extra_hosts"] == [f"{host}:host-gateway"]


def test_each_process_is_given_its_own_secrets_alone_and_none_in_its_environment(services: dict[str, Any]) -> None:
    every_service = {f"{name}_{what}" for name in SERVICES for what in ("database_url", "broker_password")}
    deployer = f"{topology.DEPLOYER}_broker_password"
    for name in SERVICES:
        assert set(services[name]["secrets"]) >= {f"{name}_{what}" for what in ("client_key", "database_url")}
        assert {one for one in services[name]["secrets"] if one.partition("_")[0] != name} == set(), name
        assert [one for one, its in services.items() if f"{owner_of(name)}_database_url" in its.get("secrets", [])] == [
            "postgres",
            "prepare",
        ], "nobody else signs in as the owner of a database"
    assert set(services["definitions"]["secrets"]) == {deployer} | {one for one in every_service if "broker" in one}
    assert services["gateway"]["secrets"] == ["gateway_client_key"]
    for name, its in services.items():
        told = {str(value) for value in its.get("environment", {}).values()}
        assert not [
            value for value in told if re.search("password|key|//[^/]*:[^/]*@", value) and "/run/" not in value
        ], name


def test_what_no_settings_file_says_is_production(services: dict[str, Any]) -> None:
    """The development issuer is in no installation that did not ask for it, and production would refuse it."""
    assert services["caseload"]["env_file"].endswith(":-deploy/compose/production.env}")
    production = settings_of("production.env")
    assert production["HEATSHIELD_APP_ENV"] == "production"
    assert "GATEWAY_MORE_ROUTES" not in production
    assert services["issuer"]["profiles"] == ["demo"]
    demo = settings_of("demo.env")
    assert json.loads(demo["GATEWAY_MORE_ROUTES"]) == SIGN_IN
    assert {name: demo[f"INTEROP_{name.upper()}"] for name in RETURNS} == RETURNS
    assert len(RETURNS["ods_code"]) in range(3, 6), "with a longer code the return for NHS England leaves everybody out"
    with pytest.raises(ValueError, match="CONFIG_DEV_ISSUER_IN_PRODUCTION"):
        GatewaySettings(app_env="production", more_routes=SIGN_IN)
    with pytest.raises(ValueError, match="CONFIG_DEV_ISSUER_IN_PRODUCTION"):
        IdentitySettings(app_env="production", issuers=json.loads(demo["IDENTITY_ISSUERS"]))


def test_keycloak_knows_the_people_of_the_demo_by_the_claims_that_identity_reads(services: dict[str, Any]) -> None:
    issuer = TrustedIssuer(**json.loads(settings_of("demo.env")["IDENTITY_ISSUERS"])[1])
    realm = json.loads((DEPLOY / "compose" / "keycloak" / "heatshield-realm.json").read_text())
    assert issuer.issuer.endswith(f"/realms/{realm['realm']}")
    assert services["keycloak"]["profiles"] == ["identity"]
    clients = {one["clientId"]: one for one in realm["clients"]}
    for client in clients.values():
        told = {
            one["config"].get("claim.name") or one["config"]["included.custom.audience"]
            for one in client["protocolMappers"]
        }
        assert told == {issuer.subject_claim, issuer.persona_claim, issuer.audience}
    assert issuer.client_id in clients
    assert clients["tablet"]["attributes"]["access.token.header.type.rfc9068"] == "true"
    known = {one["username"]: {name: values[0] for name, values in one["attributes"].items()} for one in realm["users"]}
    staff = {name: person for name, person in people().items() if person.persona not in {"integrator", "council"}}
    assert known == {name: {"employee_id": one.subject, "persona": one.persona} for name, one in staff.items()}


def test_every_image_is_pinned_by_its_digest(services: dict[str, Any]) -> None:
    wanted = {its["image"] for its in services.values()} - {"heatshield:${VERSION:-dev}"}
    base = re.search("^ARG BASE_IMAGE=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert base
    for image in (*wanted, base[1]):
        assert re.search("^[^ ]*:[a-z0-9.-]+@sha256:[0-9a-f]{64}}?$", image), image


def test_with_backups_postgresql_is_what_it_was_and_keeps_an_archive_as_well(services: dict[str, Any]) -> None:
    added = yaml.safe_load((DEPLOY / "compose" / "backup.yml").read_text())["services"]
    assert list(added) == ["postgres"]
    started, base = added["postgres"].pop("command"), services["postgres"]["command"]
    assert started[: len(base)] == base
    assert {one.partition("=")[0] for one in started[len(base) :]} - {"-c"} == {
        "archive_mode",
        "archive_timeout",
        "archive_command",
    }
    assert set(added["postgres"]) == {"environment", "secrets", "volumes"}, "nothing of its fence is taken away"
    assert [one for one in added["postgres"]["volumes"] if not one.endswith(":ro")] == [
        "${HEATSHIELD_BACKUPS:?name the folder for the backups}:/srv/backup"
    ]


def test_the_script_that_makes_the_databases_gives_each_to_its_owner() -> None:
    script = (DEPLOY / "postgres/10-databases.sh").read_text()
    assert "create database $name owner ${name}_owner" in script
    assert set(re.search("for name in ([a-z ]+);", script)[1].split()) == set(SERVICES)  # type: ignore[index]


async def test_a_council_for_containers_listens_beyond_loopback_and_says_what_they_call_it(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "host.docker.internal"):
        async with Council(tmp_path).listening(host) as url:
            assert url.startswith(f"http://{host}:")
            assert _listens_beyond_loopback(int(url.rpartition(":")[2])) is (host != "127.0.0.1")


def _listens_beyond_loopback(port: int) -> bool:
    found = [one for one in psutil.Process().net_connections() if one.status == psutil.CONN_LISTEN]
    return [one.laddr.ip for one in found if one.laddr.port == port] == ["0.0.0.0"]


def test_no_port_is_open_beyond_this_machine_and_the_gateways_can_be_chosen(services: dict[str, Any]) -> None:
    assert services["gateway"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    opened = [port for its in services.values() for port in its.get("ports", [])]
    assert [port for port in opened if not port.startswith("127.0.0.1:")] == []


def test_a_container_is_asked_for_a_page_that_it_has(services: dict[str, Any]) -> None:
    assert services["prepare"]["healthcheck"] == {"disable": True}
    assert "/jwks" in services["issuer"]["healthcheck"]["test"]
    assert services["gateway"]["healthcheck"]["test"][-2:] == ["/health/ready", "9090"]
