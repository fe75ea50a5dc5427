"""Who reaches whom by the rendered NetworkPolicies, beside who has to by the code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import get_args

from demo.compose import services
from gateway.routes import SERVICES
from services.caseload.clients import Elsewhere
from services.common.events import owner
from tests.deploy.manifests import Manifest, name, of_kind, pod_labels, selects, workloads

HOME = "heatshield"
SOURCE = Path(__file__).parents[2] / "services"
ASKED = re.compile(r"\.get\(\s*\"(" + "|".join(SERVICES) + r")\",\s*f?\"/")
NODES = ((4369, "broker"), (25672, "broker"))
# Outside addresses: a public one, one of the trust's network, where a cloud gives its machines credentials, the engine.
PUBLIC, INSIDE, METADATA, ENGINE = "8.8.8.8", "10.1.2.3", "169.254.169.254", "192.0.2.0"


@dataclass(frozen=True)
class End:
    """A pod, by its labels and its namespace, or an address outside of the cluster."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = HOME
    address: str = ""


@dataclass(frozen=True)
class Flow:
    """Whether one end has to reach another at a port, or has to be kept from it."""

    from_: str
    to: str
    port: int
    is_open: bool = True


def ends(manifests: Sequence[Manifest]) -> dict[str, End]:
    found = {name(one): End(name(one), pod_labels(one)) for one in workloads(manifests)}
    for one in of_kind(manifests, "Cluster"):
        found["postgres"] = End("postgres", {"cnpg.io/cluster": name(one)})
    for one in of_kind(manifests, "RabbitmqCluster"):
        found["broker"] = End(
            "broker", {"app.kubernetes.io/name": name(one), "app.kubernetes.io/component": "rabbitmq"}
        )
    apart = ("monitoring", "gateway-system", "keda", "cnpg-system", "rabbitmq-system", "elsewhere")
    found |= {one: End(one, {}, one) for one in apart}
    found["stranger"] = End("stranger")
    found["dns"] = End("dns", {"k8s-app": "kube-dns"}, "kube-system")
    found["collector"] = End("collector", {"app.kubernetes.io/name": "otel-collector"}, "monitoring")
    addresses = {"public": PUBLIC, "inside": INSIDE, "metadata": METADATA, "engine": ENGINE}
    return found | {one: End(one, {}, "", address) for one, address in addresses.items()}


def reaches(manifests: Sequence[Manifest], one: End, other: End, port: int) -> bool:
    """Whether both sides let it pass. A pod that no policy names is open; outside the namespace no policy is ours."""
    policies = of_kind(manifests, "NetworkPolicy")
    return _lets(policies, "Egress", one, other, port) and _lets(policies, "Ingress", other, one, port)


def _lets(policies: Sequence[Manifest], way: str, own: End, peer: End, port: int) -> bool:
    if own.namespace != HOME:
        return True
    about = [
        one["spec"]
        for one in policies
        if way in one["spec"]["policyTypes"] and selects(one["spec"]["podSelector"], own.labels)
    ]
    rules = [rule for spec in about for rule in spec.get(way.lower()) or []]
    return not about or any(_rule_lets(rule, "from" if way == "Ingress" else "to", peer, port) for rule in rules)


def _rule_lets(rule: Manifest, word: str, peer: End, port: int) -> bool:
    ports, peers = rule.get("ports"), rule.get(word)
    has_port = not ports or any(one["port"] <= port <= one.get("endPort", one["port"]) for one in ports)
    return has_port and (not peers or any(_is(one, peer) for one in peers))


def _is(told: Manifest, peer: End) -> bool:
    if "ipBlock" in told:
        block = told["ipBlock"]
        return (
            bool(peer.address)
            and _within(block["cidr"], peer)
            and not any(_within(one, peer) for one in block.get("except", []))
        )
    if peer.address:
        return False
    if "namespaceSelector" in told:
        labels = {"kubernetes.io/metadata.name": peer.namespace}
        return selects(told["namespaceSelector"], labels) and (
            "podSelector" not in told or selects(told["podSelector"], peer.labels)
        )
    return peer.namespace == HOME and selects(told["podSelector"], peer.labels)


def _within(cidr: str, peer: End) -> bool:
    return ip_address(peer.address) in ip_network(cidr)


def questions() -> set[tuple[str, str]]:
    """Which service asks which, by the code: for tokens, for what a rebuild needs, for what an event left out, for who
    read a record."""
    asked = {(one, "identity") for one in SERVICES}
    for one, service in services().items():
        asked |= {(one, owner(event)) for events in service.queues().values() for event in events}
        texts = (path.read_text("utf-8") for path in (SOURCE / one).rglob("*.py"))
        asked |= {(one, other) for text in texts for other in ASKED.findall(text)}
    return asked | {("caseload", other) for other in get_args(Elsewhere)}


def expected(manifests: Sequence[Manifest]) -> Iterator[Flow]:
    """Every flow that has to be, and those that must not be."""
    asked = questions()
    yield from (Flow(one, other, 8000, (one, other) in asked) for one in SERVICES for other in SERVICES)
    for one in SERVICES:
        yield from (Flow("gateway", one, 8000), Flow("monitoring", one, 8000), Flow("elsewhere", one, 8000, False))
        yield from (
            Flow(one, "postgres", 5432),
            Flow(one, "broker", 5671),
            Flow(one, "dns", 53),
            Flow(one, "collector", 4318),
        )
        yield Flow(one, "public", 443, one in ("caseload", "identity", "interop"))
        yield from (
            Flow(one, "metadata", 443, False),
            Flow(one, "inside", 443, False),
            Flow("public", one, 8000, False),
        )
        yield from _jobs(one, {name(each) for each in workloads(manifests)})
    yield from (Flow("stranger", other, 8000, False) for other in ("caseload", "elsewhere", "public"))
    yield from (Flow("elsewhere", "stranger", 8000, False), Flow("stranger", "postgres", 5432, False))
    yield from _workers()
    yield from _gateway()
    yield from _data()


def _jobs(service: str, held: set[str]) -> Iterator[Flow]:
    """The schema is migrated, and months are begun and ended, in the database alone."""
    for job in (f"migrate-{service}", f"maintain-{service}"):
        if job in held or job.startswith("migrate"):
            yield from (Flow(job, "postgres", 5432), Flow(job, "dns", 53))
            yield from (
                Flow(job, "broker", 5671, False),
                Flow(job, "public", 443, False),
                Flow(job, service, 8000, False),
            )


def _workers() -> Iterator[Flow]:
    for one in ("roster-worker", "interop-hl7"):
        yield from (Flow(one, "postgres", 5432), Flow("monitoring", one, 8000), Flow(one, "collector", 4318))
        yield from (
            Flow(one, "broker", 5671, False),
            Flow(one, "caseload", 8000, False),
            Flow(one, "public", 443, False),
        )
    yield from (Flow("engine", "interop-hl7", 2575), Flow("public", "interop-hl7", 2575, False))
    yield from (Flow("gateway", "interop-hl7", 2575, False), Flow("engine", "interop", 8000, False))
    yield from (Flow("interop", "public", 22), Flow("caseload", "public", 22, False))


def _gateway() -> Iterator[Flow]:
    yield from (
        Flow("gateway-system", "gateway", 8000),
        Flow("monitoring", "gateway", 9090),
        Flow("gateway", "collector", 4318),
    )
    yield from (Flow("gateway-system", "gateway", 9090, False), Flow("elsewhere", "gateway", 8000, False))
    yield from (Flow("gateway-system", "caseload", 8000, False), Flow("gateway", "public", 443, False))
    yield from (Flow("gateway", "postgres", 5432, False), Flow("gateway", "broker", 5671, False))


def _data() -> Iterator[Flow]:
    yield from (Flow("postgres", "postgres", port) for port in (5432, 8000))
    yield from (
        Flow("cnpg-system", "postgres", 8000),
        Flow("monitoring", "postgres", 9187),
        Flow("postgres", "public", 443),
    )
    yield from (Flow("elsewhere", "postgres", 5432, False), Flow("broker", "postgres", 5432, False))
    yield from (Flow("broker", other, port) for port, other in NODES)
    yield from (
        Flow("rabbitmq-system", "broker", 15671),
        Flow("keda", "broker", 15671),
        Flow("monitoring", "broker", 15691),
    )
    yield from (
        Flow("elsewhere", "broker", 5671, False),
        Flow("keda", "broker", 5671, False),
        Flow("postgres", "metadata", 443, False),
    )


def check_network(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Each flow that has to be is open, and each that must not be is closed."""
    held = ends(manifests)
    for flow in expected(manifests):
        if flow.from_ not in held or flow.to not in held:
            yield f"{flow.from_} → {flow.to}: one of the two is not there"
        elif reaches(manifests, held[flow.from_], held[flow.to], flow.port) != flow.is_open:
            yield f"{flow.from_} → {flow.to}:{flow.port} is {'closed' if flow.is_open else 'open'}"


def table(manifests: Sequence[Manifest]) -> Iterator[str]:
    """The flows that are open, one line an end; all others of the table were tried, and are closed."""
    flows = list(expected(manifests))
    lines: dict[str, list[str]] = {}
    for flow in flows:
        if flow.is_open:
            lines.setdefault(flow.from_, []).append(f"{flow.to}:{flow.port}")
    yield from (f"  {one:<18} → {', '.join(others)}" for one, others in lines.items())
    opened = sum(flow.is_open for flow in flows)
    yield f"  {len(flows)} flows: {opened} open, {len(flows) - opened} closed"
