"""The database, its backups and the broker: what is kept, by whom it is reached, and that it equals the code."""

import json
from collections.abc import Iterator, Sequence

from demo import kubernetes
from gateway.routes import SERVICES
from tests.deploy.manifests import Manifest, name, of_kind

CRON_FIELDS_WITH_SECONDS = 6


def check_topology(manifests: Sequence[Manifest]) -> Iterator[str]:
    """The broker holds what services/common/topology.py says, and nothing else."""
    wanted = {(one["kind"], name(one)): one["spec"] for file in kubernetes.broker().values() for one in file}
    kinds = {kind for kind, _ in wanted}
    held = {(one["kind"], name(one)): one["spec"] for one in of_kind(manifests, *kinds)}
    yield from (f"{kind} {what} is missing at the broker" for kind, what in sorted(wanted.keys() - held.keys()))
    yield from (
        f"{kind} {what} is at the broker, and not in the code" for kind, what in sorted(held.keys() - wanted.keys())
    )
    for (kind, what), spec in wanted.items():
        if (kind, what) in held and json.dumps(held[kind, what], sort_keys=True) != json.dumps(spec, sort_keys=True):
            yield f"{kind} {what} is not what the code says"


def check_databases(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Each service's database is its owner's, and kept when its object goes; two roles come to it, by TLS."""
    databases = {name(one): one["spec"] for one in of_kind(manifests, "Database")}
    for one in SERVICES:
        spec = databases.get(one, {})
        if (spec.get("owner"), spec.get("databaseReclaimPolicy")) != (f"{one}_owner", "retain"):
            yield f"Database {one} is not its owner's, or goes with its object"
    for cluster in of_kind(manifests, "Cluster"):
        spec = cluster["spec"]
        doors = [f"hostssl {one} {one},{one}_owner all scram-sha-256" for one in SERVICES]
        if spec["postgresql"]["pg_hba"] != [*doors, "host all all all reject"]:
            yield f"Cluster {name(cluster)} lets others in than each database's own two roles"
        roles = {
            role["name"] for role in spec["managed"]["roles"] if not role.get("superuser") and not role.get("bypassrls")
        }
        if roles != {role for one in SERVICES for role in (one, f"{one}_owner")}:
            yield f"Cluster {name(cluster)} has other roles, or one that row-level security does not bind"
        if not any("arrayoverlap" in one for one in spec["bootstrap"]["initdb"]["postInitTemplateSQL"]):
            yield f"Cluster {name(cluster)}: interop's identifiers are not found by an index"


def check_backups(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Every night, with the log between, encrypted, and for a month at least; one node may be lost."""
    clusters, stores = of_kind(manifests, "Cluster"), {name(one) for one in of_kind(manifests, "ObjectStore")}
    for one in of_kind(manifests, "ScheduledBackup"):
        if len(one["spec"]["schedule"].split()) != CRON_FIELDS_WITH_SECONDS:
            yield f"ScheduledBackup {name(one)}: its schedule has six fields, seconds first"
    backed_up = {one["spec"]["cluster"]["name"] for one in of_kind(manifests, "ScheduledBackup")}
    for one in clusters:
        archived = [each for each in one["spec"].get("plugins", []) if each.get("isWALArchiver")]
        if name(one) not in backed_up or not any(each["parameters"]["barmanObjectName"] in stores for each in archived):
            yield f"Cluster {name(one)} cannot be restored to a point in time"
        if not one["spec"]["postgresql"].get("synchronous", {}).get("number"):
            yield f"Cluster {name(one)} loses what was confirmed with its primary"
    for one in of_kind(manifests, "ObjectStore"):
        parts = (one["spec"]["configuration"].get(word, {}) for word in ("wal", "data"))
        if (
            any(part.get("encryption") != "AES256" for part in parts)
            or int(one["spec"]["retentionPolicy"].rstrip("d")) < 31
        ):
            yield f"ObjectStore {name(one)} is not encrypted, or kept for less than a month"


def check_lines(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Nothing goes in clear text: to the database, to the broker, to the public."""
    for one in of_kind(manifests, "ConfigMap"):
        told = one["data"]
        if told.get("PGSSLMODE") != "verify-full" or not told.get("PGSSLROOTCERT", "").startswith("/run/authorities/"):
            yield f"ConfigMap {name(one)}: the database need not prove who it is"
        if (
            not told.get("HEATSHIELD_BROKER_URL", "").startswith("amqps://")
            or "cafile=" not in told["HEATSHIELD_BROKER_URL"]
        ):
            yield f"ConfigMap {name(one)}: the broker need not prove who it is"
    yield from _plain_broker(manifests)
    yield from _plain_routes(manifests)


def _plain_broker(manifests: Sequence[Manifest]) -> Iterator[str]:
    for one in of_kind(manifests, "RabbitmqCluster"):
        if not one["spec"]["tls"].get("disableNonTLSListeners"):
            yield f"RabbitmqCluster {name(one)} listens in clear text"
        if one["spec"]["replicas"] % 2 == 0:
            yield f"RabbitmqCluster {name(one)}: of an even number neither half is a majority"


def _plain_routes(manifests: Sequence[Manifest]) -> Iterator[str]:
    for one in of_kind(manifests, "Gateway"):
        plain = {each["name"] for each in one["spec"]["listeners"] if each["protocol"] == "HTTP"}
        for route in of_kind(manifests, "HTTPRoute"):
            is_plain = any(parent.get("sectionName") in (*plain, None) for parent in route["spec"]["parentRefs"])
            if is_plain and any(rule.get("backendRefs") for rule in route["spec"]["rules"]):
                yield f"HTTPRoute {name(route)} serves in clear text"


def check_autoscaling(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Each service is counted by its own queues, as what they hold together."""
    for one in of_kind(manifests, "ScaledObject"):
        queues = [each["metadata"]["queueName"] for each in one["spec"]["triggers"] if each["type"] == "rabbitmq"]
        if queues != [rf"^{name(one)}\."]:
            yield f"ScaledObject {name(one)} looks at {queues}"
        if one["spec"]["minReplicaCount"] < 2 or "fallback" not in one["spec"]:
            yield f"ScaledObject {name(one)} may leave one pod, or none while the broker is away"
