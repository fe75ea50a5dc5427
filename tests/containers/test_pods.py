"""The pods as rendered for a cluster run: each is fenced, answers its probes, and reaches what it needs by name."""

import os
import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.containers.cluster import BROKER, READY_SECONDS, Cluster
from tests.containers.debian import NotDebian
from tests.containers.engine import Engine, NoEngine
from tests.containers.podman import FOLDER, Podman, running_podman
from tests.containers.pods import probes
from tests.deploy.manifests import name, of_kind
from tests.deploy.programs import rendered

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    try:
        with running_podman() as found:
            yield found
    except (NoEngine, NotDebian) as error:
        pytest.skip(f"NO POD IS TRIED: {error}")


@pytest.fixture(scope="module")
def cluster(engine: Engine, images: dict[str, str], podman: Podman) -> Cluster:
    """With the images that the compose file's tests built, and the overlay of a laptop."""
    if not engine.is_ours:
        pytest.skip("NO POD IS TRIED: the engine here is somebody's own, and its images stay there")
    taken = FOLDER / "images.tar"
    image = f"heatshield:{images['VERSION']}"
    engine.run("save", "--output", str(taken), image, images["POSTGRES_IMAGE"], images["RABBITMQ_IMAGE"])
    podman.run("load", "--input", str(taken))
    taken.unlink()
    made = Cluster(podman, rendered("overlays/dev"), image)
    made.prepare()
    return made


@pytest.fixture(scope="module")
def migrated(cluster: Cluster) -> Cluster:
    for job in of_kind(cluster.manifests, "Job"):
        container = cluster.play(job)
        assert cluster.podman.run("wait", container) == "0", cluster.podman.log(container)
    return cluster


@pytest.fixture(scope="module")
def processes(migrated: Cluster) -> dict[str, str]:
    """The container of each Deployment, once all are ready."""
    deployments = of_kind(migrated.manifests, "Deployment")
    played = {name(one): migrated.play(one) for one in deployments}
    for one in deployments:
        for _, path, port in probes(one):
            migrated.until_probed(played[name(one)], path, port)
    return played


def test_each_pod_answers_its_probes(cluster: Cluster, processes: dict[str, str]) -> None:
    for deployment in of_kind(cluster.manifests, "Deployment"):
        found = list(probes(deployment))
        assert [probe for probe, _, _ in found] == ["startupProbe", "livenessProbe", "readinessProbe"]
        for _, path, port in found:
            cluster.until_probed(processes[name(deployment)], path, port)


def test_each_pod_is_nobodys_writes_nowhere_and_reads_its_own_secrets(
    cluster: Cluster, processes: dict[str, str]
) -> None:
    for deployment, container in processes.items():
        process = cluster.podman.container(container)
        assert process["HostConfig"]["ReadonlyRootfs"], deployment
        assert process["EffectiveCaps"] is None, deployment
        assert "no-new-privileges" in process["HostConfig"]["SecurityOpt"], deployment
        assert process["HostConfig"]["Memory"] > 0, deployment
        asked = ("exec", container, "sh", "-c")
        assert cluster.podman.run(*asked, "id -u; id -g; touch /app/x 2>&1 || true").split("\n")[:2] == ["10001"] * 2
        assert "Read-only file system" in cluster.podman.run(*asked, "touch /app/x 2>&1 || true"), deployment
        service = deployment.partition("-")[0]
        shown = cluster.podman.run(*asked, "ls /run/secrets").split()
        assert shown == sorted(cluster.secrets[f"{service}-runtime"]["stringData"]), deployment


def test_the_gateway_reaches_each_service_by_its_name(cluster: Cluster, processes: dict[str, str]) -> None:
    address = cluster.podman.address(processes["gateway"])
    with httpx.Client(base_url=f"http://{address}:8000", trust_env=False, timeout=20) as client:
        # A service makes its description when it is first asked, for which a busy machine takes seconds.
        deadline = time.monotonic() + READY_SECONDS
        while (described := client.get("/openapi.json").json())["x-services-away"] and time.monotonic() < deadline:
            time.sleep(1)
    assert described["x-services-away"] == []
    assert any(path.startswith("/caseload/") for path in described["paths"])


def test_each_service_is_at_the_broker_as_itself_over_tls(cluster: Cluster, processes: dict[str, str]) -> None:
    told = cluster.podman.run(
        "exec", BROKER, "rabbitmqctl", "-q", "list_connections", "user", "ssl", "--no-table-headers"
    )
    connected = {tuple(line.split()) for line in told.splitlines()}
    assert connected == {(service, "true") for service in processes if "-" not in service and service != "gateway"}


def test_a_process_that_is_killed_is_started_again(cluster: Cluster, processes: dict[str, str]) -> None:
    container = processes["hr"]
    before = cluster.podman.container(container)["State"]["Pid"]
    os.kill(before, signal.SIGKILL)
    cluster.until_probed(container, "/health/ready", "8000")
    assert cluster.podman.container(container)["State"]["Pid"] != before
