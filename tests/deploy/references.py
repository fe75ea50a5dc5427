"""Whatever one object names is there: selectors, ports, accounts, Secrets, addresses."""

import re
from collections.abc import Iterator, Sequence

from gateway.routes import SERVICES
from tests.deploy.manifests import (
    Manifest,
    containers,
    name,
    of_kind,
    pod,
    pod_labels,
    secrets_of,
    selects,
    workloads,
)

HOST = re.compile(r"(?:https?|amqps?|postgresql[a-z+]*)://(?:[^@/]*@)?([a-z0-9.-]+)(?::(\d+))?")
CLUSTER_SCOPED = {"Namespace", "PriorityClass"}


def check_references(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Accounts, configurations, priorities and Secrets that pods name; what autoscalers and routes lead to."""
    held = {(one["kind"], name(one)) for one in manifests} | made_by_operators(manifests)
    for one in workloads(manifests):
        wanted = {("ServiceAccount", pod(one).get("serviceAccountName", "default"))}
        wanted |= {("PriorityClass", pod(one).get("priorityClassName", "none"))}
        wanted |= {("Secret", secret) for secret in secrets_of(one)}
        wanted |= {
            ("ConfigMap", source["configMapRef"]["name"])
            for container in containers(one)
            for source in container.get("envFrom", [])
            if "configMapRef" in source
        }
        yield from (f"{name(one)} names {kind} {what}, which is not there" for kind, what in sorted(wanted - held))
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject"):
        if ("Deployment", target := scaler["spec"]["scaleTargetRef"]["name"]) not in held:
            yield f"{scaler['kind']} {name(scaler)} scales {target}, which is not there"


def made_by_operators(manifests: Sequence[Manifest]) -> set[tuple[str, str]]:
    """Secrets and Services that are not in the files, but come of what is. Without a store, all Secrets are brought."""
    made = set()
    if not of_kind(manifests, "ExternalSecret"):
        made |= {("Secret", secret) for one in workloads(manifests) for secret in secrets_of(one)}
    made |= {("Secret", name(one)) for one in of_kind(manifests, "ExternalSecret")}
    made |= {("Secret", one["spec"]["secretName"]) for one in of_kind(manifests, "Certificate")}
    for one in of_kind(manifests, "Cluster"):
        made |= {("Secret", f"{name(one)}-ca"), ("Service", f"{name(one)}-rw"), ("Service", f"{name(one)}-ro")}
    return made | {("Service", name(one)) for one in of_kind(manifests, "RabbitmqCluster")}


def check_custom_references(manifests: Sequence[Manifest]) -> Iterator[str]:
    """What custom resources name of each other."""
    held = {(one["kind"], name(one)) for one in manifests} | made_by_operators(manifests)
    has_store = bool(of_kind(manifests, "ExternalSecret"))
    for one in manifests:
        for kind, what in _named_by(one):
            if (kind, what) not in held and (kind != "Secret" or has_store):
                yield f"{one['kind']} {name(one)} names {kind} {what}, which is not there"


def _named_by(one: Manifest) -> Iterator[tuple[str, str]]:
    spec = one.get("spec", {})
    if "rabbitmqClusterReference" in spec:
        yield "RabbitmqCluster", spec["rabbitmqClusterReference"]["name"]
    if "userReference" in spec:
        yield "User", spec["userReference"]["name"]
    if "importCredentialsSecret" in spec:
        yield "Secret", spec["importCredentialsSecret"]["name"]
    if one["kind"] in ("Database", "ScheduledBackup"):
        yield "Cluster", spec["cluster"]["name"]
    if one["kind"] == "Certificate" and spec["issuerRef"]["kind"] == "Issuer":
        yield "Issuer", spec["issuerRef"]["name"]
    yield from _named_in_lists(one["kind"], spec)


def _named_in_lists(kind: str, spec: Manifest) -> Iterator[tuple[str, str]]:
    for role in spec.get("managed", {}).get("roles", []):
        yield "Secret", role["passwordSecret"]["name"]
    for plugin in spec.get("plugins", []) if kind == "Cluster" else []:
        yield "ObjectStore", plugin["parameters"]["barmanObjectName"]
    for one in spec.get("secretTargetRef", []):
        yield "Secret", one["name"]
    if kind == "HTTPRoute":
        yield from (("Gateway", parent["name"]) for parent in spec["parentRefs"])
        yield from (("Service", one["name"]) for rule in spec["rules"] for one in rule.get("backendRefs", []))
    if kind == "ScaledObject":
        refs = (one["authenticationRef"] for one in spec["triggers"] if "authenticationRef" in one)
        yield from (("TriggerAuthentication", one["name"]) for one in refs)


def check_selectors(manifests: Sequence[Manifest]) -> Iterator[str]:
    """A Deployment selects its own pods and no other's; a Service and a budget select one Deployment's."""
    deployments = of_kind(manifests, "Deployment")
    for one in deployments:
        taken = [name(other) for other in deployments if selects(one["spec"]["selector"], pod_labels(other))]
        if taken != [name(one)]:
            yield f"Deployment {name(one)} selects the pods of {taken or 'nobody'}"
    for one in of_kind(manifests, "Service"):
        taken_by = [each for each in deployments if selects({"matchLabels": one["spec"]["selector"]}, pod_labels(each))]
        if len(taken_by) != 1:
            yield f"Service {name(one)} selects {len(taken_by)} Deployments"
            continue
        ports = {port["name"] for container in containers(taken_by[0]) for port in container.get("ports", [])}
        wrong = [port["targetPort"] for port in one["spec"]["ports"] if port["targetPort"] not in ports]
        yield from (f"Service {name(one)} leads to port {port}, which {name(taken_by[0])} has not" for port in wrong)


def check_addresses(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Each host in the settings is a Service here, and each service is found by its own name at 8000."""
    held = {what for kind, what in made_by_operators(manifests) if kind == "Service"}
    ports = {name(one): {port["port"] for port in one["spec"]["ports"]} for one in of_kind(manifests, "Service")}
    told = [(f"ConfigMap {name(one)}", one["data"].values()) for one in of_kind(manifests, "ConfigMap")]
    for one in workloads(manifests):
        values = [each.get("value", "") for container in containers(one) for each in container.get("env", [])]
        told.append((name(one), values))
    for one in of_kind(manifests, "ExternalSecret"):
        told.append((f"ExternalSecret {name(one)}", one["spec"]["target"]["template"]["data"].values()))
    for where, values in told:
        for host, port in (found for value in values for found in HOST.findall(value)):
            here = host.removesuffix(".svc").removesuffix(".heatshield")
            if "." not in here and here not in held and int(port or 0) not in ports.get(here, ()):
                yield f"{where} leads to {host}:{port}, which is not there"
    yield from (f"no Service {one} at 8000" for one in (*SERVICES, "gateway") if 8000 not in ports.get(one, ()))


def check_namespace(manifests: Sequence[Manifest]) -> Iterator[str]:
    """All is in the one namespace, which admits only pods that keep the restricted standard."""
    for one in manifests:
        if one["kind"] not in CLUSTER_SCOPED and one["metadata"].get("namespace") != "heatshield":
            yield f"{one['kind']} {name(one)} is in namespace {one['metadata'].get('namespace')}"
    for one in of_kind(manifests, "Namespace"):
        if one["metadata"]["labels"].get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"Namespace {name(one)} does not enforce the restricted standard"
