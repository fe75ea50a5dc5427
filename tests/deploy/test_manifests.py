"""What deploy/k8s says agrees with the code. What has to be rendered first is checked by `make k8s-check`."""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from demo import kubernetes
from gateway.routes import SERVICES
from services.common import settings as common
from services.identity.settings import IdentitySettings
from tests.deploy import network
from tests.deploy.checks import PRODUCTION
from tests.deploy.data import check_topology
from tests.deploy.manifests import Manifest
from tests.deploy.mutants import MUTANTS, OUTSIDE
from tests.deploy.programs import OF_OVERLAYS

HERE = Path(__file__).parents[2] / "deploy" / "k8s"
ALL = (*SERVICES, "gateway")


def read(path: Path) -> list[Manifest]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


def resources(folder: str) -> list[str]:
    [told] = read(HERE / folder / "kustomization.yaml")
    return [Path(one).name for one in told["resources"]]


def test_each_service_has_its_folders() -> None:
    """A service that is added is served, migrated, scaled and given its queues and secrets, or this says so."""
    assert set(resources("base")) >= set(ALL)
    for component in ("migrations", "maintenance", "keda"):
        assert set(resources(f"components/{component}")) >= set(SERVICES), component
    for component in ("rabbitmq", "external-secrets"):
        assert {one.removesuffix(".yaml") for one in resources(f"components/{component}")} >= set(SERVICES), component


def test_the_broker_and_the_secrets_are_as_the_code_says() -> None:
    told = kubernetes.written()
    stale = [path.name for path, text in told.items() if not path.exists() or path.read_text("utf-8") != text]
    assert not stale, f"make k8s-written: {stale}"
    kept = {path for folder in {path.parent for path in told} for path in folder.glob("*.yaml")}
    assert {path.name for path in kept - told.keys()} == {"kustomization.yaml"}


def test_a_queue_that_differs_from_the_code_is_refused() -> None:
    manifests = [one for file in kubernetes.broker().values() for one in file]
    assert not list(check_topology(manifests))
    changed = deepcopy(manifests)
    changed[-1]["spec"]["routingKey"] = "hr.other.v1"
    assert list(check_topology(changed))
    assert list(check_topology(manifests[:-1]))
    names = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", name) for _, name in names)


def test_what_a_service_may_ask_is_read_from_the_code() -> None:
    """Of each kind one: tokens, a rebuild, what an event left out, who read a record; and nobody asks the gateway."""
    asked = network.questions()
    assert asked >= {
        ("finance", "identity"),
        ("governance", "finance"),
        ("caseload", "interop"),
        ("caseload", "finance"),
    }
    assert ("finance", "interop") not in asked
    assert ("identity", "caseload") not in asked


def test_made_secrets_are_whole_and_are_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of one pod are all that identity needs to start in production, its address with a password included."""
    made = {one["metadata"]["name"]: one["stringData"] for one in kubernetes.filled(kubernetes.kept())}
    assert not any("{{" in value for data in made.values() for value in data.values())
    for name, value in made["identity-runtime"].items():
        (tmp_path / name).write_text(f"{value}\n", "utf-8")
    monkeypatch.setattr(common, "SECRETS", tmp_path)
    for variable in ("HEATSHIELD_APP_ENV", "IDENTITY_DATABASE_URL", "IDENTITY_BROKER_PASSWORD"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HEATSHIELD_BROKER_URL", "amqps://heatshield-broker:5671/?cafile=/run/authorities/broker.crt")
    settings = IdentitySettings.for_service("identity")
    password = made["identity-database"]["password"]
    assert settings.database_url == f"postgresql+asyncpg://identity:{password}@{kubernetes.HOST}/identity"
    assert settings.processes.keys() == {f"svc:{name}" for name in ALL}
    assert settings.signer()
    [broker] = settings.broker_urls("identity")
    assert broker.startswith("amqps://identity:")
    assert broker.endswith("?cafile=/run/authorities/broker.crt")
    assert not settings.owner_database_url


def test_no_secret_of_a_process_reaches_another() -> None:
    for file in kubernetes.external().values():
        for one in file:
            place = one["spec"]["dataFrom"][0]["extract"]["key"].removeprefix("heatshield/")
            name = one["metadata"]["name"]
            assert name.startswith(f"{place}-") or name == "backup-store"
            data = one["spec"]["target"]["template"]["data"]
            assert name.endswith("-owner") or not any("owner" in key for key in data)


def test_each_check_has_a_fault_that_it_refuses() -> None:
    assert {mutant.refused_by for mutant in MUTANTS} == set(PRODUCTION)
    assert {mutant.refused_by for mutant in OUTSIDE} == set(OF_OVERLAYS)


def indented(path: Path) -> Iterator[str]:
    yield from (line.strip() for line in path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("component", ["network", "postgres", "rabbitmq"])
def test_policies_lie_outside_of_what_labels_selectors(component: str) -> None:
    """`includeSelectors` would write the labels on the peers of a policy too, and so shut what it opens."""
    folder = HERE / "components" / component
    assert any("kind: NetworkPolicy" in indented(path) for path in folder.glob("*.yaml"))
    assert not any("labels" in one for path in folder.glob("kustomization.yaml") for one in read(path))
