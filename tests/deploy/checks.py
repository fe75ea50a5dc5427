"""Every check of ours, by the name that a mutant refers to it with."""

from collections.abc import Callable, Iterator, Sequence

from tests.deploy import data, network, pods, references
from tests.deploy.manifests import Manifest

Check = Callable[[Sequence[Manifest]], Iterator[str]]
# What every overlay keeps, and what production keeps besides.
EVERYWHERE: dict[str, Check] = {
    "references": references.check_references,
    "custom references": references.check_custom_references,
    "selectors": references.check_selectors,
    "addresses": references.check_addresses,
    "namespace": references.check_namespace,
    "probes": pods.check_probes,
    "shutdown": pods.check_shutdown,
    "restricted": pods.check_restricted,
    "resources": pods.check_resources,
    "secrets": pods.check_secrets,
    "owners": pods.check_owners,
    "availability": pods.check_availability,
    "connections": pods.check_connections,
    "jobs": pods.check_jobs,
    "network": network.check_network,
    "topology": data.check_topology,
    "databases": data.check_databases,
    "lines": data.check_lines,
}
PRODUCTION: dict[str, Check] = {
    **EVERYWHERE,
    "images": pods.check_images,
    "backups": data.check_backups,
    "autoscaling": data.check_autoscaling,
}
