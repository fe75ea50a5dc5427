"""What pods of ours find in a cluster: a PostgreSQL and a RabbitMQ that prove who they are, and Secrets."""

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.compose import services
from demo.kubernetes import filled, kept
from services.common import topology
from tests.containers.engine import ROOT
from tests.containers.images import NAME
from tests.containers.podman import FOLDER, NETWORK, Podman
from tests.containers.pods import names_of, played
from tests.deploy.manifests import Manifest, containers, name

POSTGRES, BROKER = "heatshield-postgres-rw", "heatshield-broker"
PLAIN = "postgres-without-tls"
READY_SECONDS = 120
NOBODYS = "of nobody who works here"


@dataclass
class Cluster:
    """One overlay's pods on podman."""

    podman: Podman
    manifests: list[Manifest]
    image: str
    secrets: dict[str, Manifest] = field(default_factory=dict)

    def prepare(self) -> None:
        """Secrets and certificates are made, and the database and the broker started. Raises `RuntimeError`."""
        shutil.rmtree(FOLDER / "given", ignore_errors=True)
        self.secrets = {name(one): one for one in filled(kept())}
        proved = {host: _certificate(FOLDER / "given" / host, host) for host in (POSTGRES, BROKER)}
        for secret, host in (("heatshield-postgres-ca", POSTGRES), ("heatshield-broker-tls", BROKER)):
            self.secrets[secret] = {"stringData": {"ca.crt": (proved[host] / "tls.crt").read_text()}}
        self._start_postgres(proved[POSTGRES])
        self._start_broker(proved[BROKER])

    def _start_postgres(self, given: Path) -> None:
        """Its roles have the passwords that the processes are given; stunnel proves who it is."""
        files = {"postgres_password": NOBODYS}
        for service in services():
            for secret in (f"{service}-runtime", f"{service}-owner"):
                files |= {key: value for key, value in self._data(secret).items() if key.endswith("database_url")}
        proof = ["protocol = pgsql", "cert = /run/secrets/tls.crt", "key = /run/secrets/tls.key"]
        files["stunnel.conf"] = "\n".join(
            ["foreground = yes", "[postgres]", "accept = 5432", f"connect = {PLAIN}:5432", *proof]
        )
        for key, value in files.items():
            (given / key).write_text(f"{value}\n")
        scripts = f"{ROOT / 'deploy' / 'postgres'}:/docker-entrypoint-initdb.d:ro"
        password = "POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password"
        shown = ("--volume", f"{given}:/run/secrets:ro")
        more = ("--env", password, *shown, "--volume", scripts)
        self._start(PLAIN, "postgres", *more, command=("postgres", "-c", "max_connections=200"))
        self._until_well(PLAIN, "psql", "-h", "127.0.0.1", "-U", "postgres", "-d", "identity", "-c", "select 1")
        self._start(POSTGRES, "postgres", *shown, "--entrypoint", "stunnel", command=("/run/secrets/stunnel.conf",))

    def _start_broker(self, given: Path) -> None:
        queues = {queue: events for service in services().values() for queue, events in service.queues().items()}
        passwords = {service: self._data(f"{service}-broker")["password"] for service in services()}
        (given / "broker.json").write_text(json.dumps(topology.definitions(queues, passwords)))
        proof = [f"ssl_options.{what} = /given/tls.{end}" for what, end in (("certfile", "crt"), ("keyfile", "key"))]
        told = ["listeners.ssl.default = 5671", *proof, "load_definitions = /given/broker.json"]
        (given / "rabbitmq.conf").write_text("\n".join(told) + "\n")
        for path in given.iterdir():
            path.chmod(0o644)
        settings = f"{given / 'rabbitmq.conf'}:/etc/rabbitmq/conf.d/20-given.conf:ro"
        more = ("--hostname", "broker", "--volume", f"{given}:/given:ro", "--volume", settings)
        self._start(BROKER, "rabbitmq", *more)
        self._until_well(BROKER, "rabbitmq-diagnostics", "-q", "check_port_listener", "5671")

    def _start(self, host: str, image: str, *options: str, command: tuple[str, ...] = ()) -> None:
        named = ("--detach", "--name", host, "--network", NETWORK, "--network-alias", host)
        self.podman.run("run", *named, *options, f"{NAME}:{image}", *command)

    def _until_well(self, container: str, *command: str) -> None:
        """Raises `RuntimeError` with the end of its log where this command never ends well in it."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.podman.run("exec", "--env", f"PGPASSWORD={NOBODYS}", container, *command)
            except RuntimeError as error:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{container}: {error}\n{self.podman.log(container)[-3000:]}") from error
                time.sleep(1)
            else:
                return

    def _data(self, secret: str) -> Mapping[str, str]:
        data: Mapping[str, str] = self.secrets[secret]["stringData"]
        return data

    def play(self, workload: Manifest) -> str:
        """Start a pod of it, found by its Services' names; the name of its container."""
        aliases = [f"alias={one}" for one in names_of(workload, self.manifests)]
        network = ":".join(filter(None, [NETWORK, ",".join(aliases)]))
        documents = played(workload, self.manifests, self.secrets, self.image, FOLDER / "given" / "mounts")
        self.podman.run("play", "kube", "--network", network, "-", told=documents)
        (container,) = containers(workload)
        return f"{name(workload)}-{container['name']}"

    def until_probed(self, container: str, path: str, port: str) -> None:
        """As the kubelet asks. Raises `RuntimeError` with the end of the log where it never answers 200."""
        self._until_well(container, "python", "-IS", "entrypoint.py", "healthy", path, port)


def _certificate(folder: Path, host: str) -> Path:
    """For a day, and its own authority."""
    folder.mkdir(parents=True)
    files = ("-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt"))
    who = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-days", "1")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*command, *files, *who], capture_output=True, check=True)
    return folder
