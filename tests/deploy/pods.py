"""What every pod of ours keeps: its probes, its end, its fence, its secrets, its share of a node."""

import re
from collections.abc import Iterator, Sequence

from tests.deploy.manifests import (
    Manifest,
    containers,
    most_pods,
    name,
    of_kind,
    pod,
    pod_labels,
    scaled,
    secrets_of,
    selects,
    workloads,
)

PROBES = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
# What the servers wait for requests that were begun (services/__main__.py, gateway/server.py), and some to spare.
DRAIN_SECONDS, SPARE_SECONDS = 25, 5
# A service keeps a pool of ten (services/common/settings.py), and two beside it; the database, some for itself.
CONNECTIONS_PER_POD, CONNECTIONS_KEPT = 12, 20
PASSWORD_IN_ADDRESS = re.compile(r"://[^/@\s:]+:[^/@\s]+@")
SECRET_NAME = re.compile(
    r"password|secret|(client|private|signing|sftp|shared|api)_key|_key_id$|DATABASE_URL$", re.IGNORECASE
)


def check_probes(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Three probes, each at its own path and at a port that there is: whoever lives may yet not be ready."""
    for one in of_kind(manifests, "Deployment"):
        for container in containers(one):
            ports = {port["name"] for port in container.get("ports", [])}
            for probe, path in PROBES.items():
                asked = container.get(probe, {}).get("httpGet", {})
                if asked.get("path") != path or asked.get("port") not in ports:
                    yield f"{name(one)}: {probe} asks {asked.get('path')} at {asked.get('port')}, not {path}"


def check_shutdown(manifests: Sequence[Manifest]) -> Iterator[str]:
    """A pod has the time to say farewell: its sleep, its requests, and some to spare."""
    for one in of_kind(manifests, "Deployment"):
        slept = max(
            each.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0) for each in containers(one)
        )
        needed = slept + DRAIN_SECONDS + SPARE_SECONDS
        if not slept:
            yield f"{name(one)} ends before the proxies know"
        if pod(one).get("terminationGracePeriodSeconds", 30) < needed:
            yield f"{name(one)} is ended after less than {needed} s"


def check_restricted(manifests: Sequence[Manifest]) -> Iterator[str]:
    """The restricted pod security standard, a root that cannot be written, and no token of the cluster."""
    for one in workloads(manifests):
        spec, own = pod(one), pod(one).get("securityContext", {})
        kept = {
            "runs as root": own.get("runAsNonRoot") is True and own.get("runAsUser", 0) > 10000,
            "has no seccomp profile": own.get("seccompProfile", {}).get("type") == "RuntimeDefault",
            "gets a token": spec.get("automountServiceAccountToken") is False,
            "is told of all Services": spec.get("enableServiceLinks") is False,
            "shares the host": not any(spec.get(word) for word in ("hostNetwork", "hostPID", "hostIPC")),
            "mounts the host": not any("hostPath" in volume for volume in spec.get("volumes", [])),
        }
        for container in containers(one):
            fence = container.get("securityContext", {})
            kept |= {
                "may gain rights": fence.get("allowPrivilegeEscalation") is False and not fence.get("privileged"),
                "may write its root": fence.get("readOnlyRootFilesystem") is True,
                "keeps capabilities": fence.get("capabilities") == {"drop": ["ALL"]},
            }
        yield from (f"{name(one)} {fault}" for fault, is_kept in kept.items() if not is_kept)
    for account in of_kind(manifests, "ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield f"ServiceAccount {name(account)} hands out tokens"


def check_resources(manifests: Sequence[Manifest]) -> Iterator[str]:
    """What a pod asks for, and the most that it may take; of CPU it may take what is idle."""
    for one in workloads(manifests):
        for container in containers(one):
            told = container.get("resources", {})
            for kind, wanted in (
                ("requests", ("cpu", "memory", "ephemeral-storage")),
                ("limits", ("memory", "ephemeral-storage")),
            ):
                missing = [word for word in wanted if word not in told.get(kind, {})]
                if missing:
                    yield f"{name(one)} has no {kind} of {', '.join(missing)}"
        unbounded = [
            each["name"] for each in pod(one)["volumes"] if "emptyDir" in each and "sizeLimit" not in each["emptyDir"]
        ]
        yield from (f"{name(one)}: volume {each} has no limit" for each in unbounded)


def check_secrets(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Secrets are files, never variables: an environment is shown by `kubectl describe` and to every child."""
    for one in workloads(manifests):
        for container in containers(one):
            if any("secretRef" in source for source in container.get("envFrom", [])):
                yield f"{name(one)} takes all of a Secret into its environment"
            for variable in container.get("env", []):
                yield from _shown(name(one), variable["name"], variable.get("value", ""))
                if "secretKeyRef" in variable.get("valueFrom", {}):
                    yield f"{name(one)}: {variable['name']} is a Secret in an environment variable"
    for one in of_kind(manifests, "ConfigMap"):
        for key, value in one["data"].items():
            yield from _shown(f"ConfigMap {name(one)}", key, value)


def _shown(where: str, key: str, value: str) -> Iterator[str]:
    is_bare = key.endswith("_DATABASE_URL") and not PASSWORD_IN_ADDRESS.search(value)
    if PASSWORD_IN_ADDRESS.search(value) or (SECRET_NAME.search(key) and not is_bare):
        yield f"{where}: {key} shows a secret"


def check_owners(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Who owns the tables signs in for migrations and scheduled work only; each process has its own service's files."""
    for one in workloads(manifests):
        labels = pod_labels(one)
        service, part = labels.get("app.kubernetes.io/name"), labels.get("app.kubernetes.io/component")
        wanted = f"{service}-{'owner' if part in ('migrate', 'maintain') else 'runtime'}"
        mounted = [secret for secret in secrets_of(one) if not secret.startswith("heatshield-")]
        if mounted != [wanted]:
            yield f"{name(one)} mounts {mounted}, not {wanted}"


def check_images(manifests: Sequence[Manifest]) -> Iterator[str]:
    """In production an image is named by its digest: what was tried is what runs."""
    images = [(name(one), container["image"]) for one in workloads(manifests) for container in containers(one)]
    images += [(name(one), one["spec"]["imageName"]) for one in of_kind(manifests, "Cluster")]
    images += [(name(one), one["spec"]["image"]) for one in of_kind(manifests, "RabbitmqCluster")]
    yield from (
        f"{where}: image {image} has no digest"
        for where, image in images
        if not re.search(r"@sha256:[0-9a-f]{64}$", image)
    )


def check_availability(manifests: Sequence[Manifest]) -> Iterator[str]:
    """One budget and one owner of its number each; its pods are spread, and one may always be taken."""
    budgets = of_kind(manifests, "PodDisruptionBudget")
    for one in of_kind(manifests, "Deployment"):
        own = [each for each in budgets if selects(each["spec"]["selector"], pod_labels(one))]
        if len(own) != 1 or own[0]["spec"].get("maxUnavailable") != 1:
            yield f"{name(one)} has {len(own)} budgets, or one that lets no pod be taken"
        owners = len(scaled(manifests, name(one))) + ("replicas" in one["spec"])
        if owners != 1:
            yield f"{name(one)}: {owners} own the number of its pods"
        if one["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"{name(one)} is fewer while it is replaced"
        yield from _not_spread(one)


def _not_spread(one: Manifest) -> Iterator[str]:
    terms = [
        each["podAffinityTerm"]
        for each in pod(one)["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    ]
    ways = [*pod(one).get("topologySpreadConstraints", []), *terms]
    keys = {way["topologyKey"] for way in ways if selects(way["labelSelector"], pod_labels(one))}
    if keys != {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
        yield f"{name(one)} is not spread over zones and nodes, but by {sorted(keys)}"


def check_connections(manifests: Sequence[Manifest]) -> Iterator[str]:
    """The database takes as many connections as all pods may hold at once."""
    asking = [
        one
        for one in of_kind(manifests, "Deployment")
        if pod_labels(one).get("app.kubernetes.io/component") != "gateway"
    ]
    most = sum(most_pods(manifests, one) for one in asking) * CONNECTIONS_PER_POD + CONNECTIONS_KEPT
    for one in of_kind(manifests, "Cluster"):
        held = int(one["spec"]["postgresql"]["parameters"]["max_connections"])
        if held < most:
            yield f"Cluster {name(one)} takes {held} connections, and {most} may be asked for"


def check_jobs(manifests: Sequence[Manifest]) -> Iterator[str]:
    """A job ends, is tried again, and is taken away; it is never part of a start."""
    for one in of_kind(manifests, "Job"):
        missing = {"backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"} - set(one["spec"])
        yield from (f"Job {name(one)} has no {word}" for word in sorted(missing))
    for one in of_kind(manifests, "CronJob"):
        if one["spec"].get("concurrencyPolicy") != "Forbid" or "startingDeadlineSeconds" not in one["spec"]:
            yield f"CronJob {name(one)} may overlap itself, or begin at any time"
    served = {pod_labels(one)["app.kubernetes.io/name"] for one in of_kind(manifests, "Deployment")} - {"gateway"}
    migrated = {tuple(containers(one)[0]["args"]) for one in of_kind(manifests, "Job")}
    yield from (f"{one} is not migrated" for one in sorted(served) if ("migrate", one) not in migrated)
