"""The pods of a rendered overlay, as podman takes them, which knows less than Kubernetes.

What it does not know is left out, or done here as Kubernetes does it: a Deployment is one pod, and what a volume shows
of Secrets is a folder (podman 4.3 shows a Secret's values undecoded). All else stays as it was rendered.
"""

import copy
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.deploy.manifests import Manifest, containers, name, of_kind, pod_labels, pod_template, selects

# Of the scheduler, the API's server and the kubelet, none of which is there.
UNKNOWN = ("topologySpreadConstraints", "affinity", "priorityClassName", "serviceAccountName", "enableServiceLinks")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def names_of(workload: Manifest, manifests: Sequence[Manifest]) -> list[str]:
    """The names of the Services that lead to its pods."""
    services = of_kind(manifests, "Service")
    return [name(one) for one in services if selects({"matchLabels": one["spec"]["selector"]}, pod_labels(workload))]


def probes(workload: Manifest) -> Iterator[tuple[str, str, str]]:
    """Each probe over HTTP: its name, the path, and the port's number."""
    (container,) = containers(workload)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for probe in PROBES:
        if asked := container.get(probe, {}).get("httpGet"):
            yield probe, asked["path"], str(ports.get(asked["port"], asked["port"]))


def played(
    workload: Manifest, manifests: Sequence[Manifest], secrets: Mapping[str, Manifest], image: str, folder: Path
) -> str:
    """One pod of it with the settings it reads, as documents for `podman play kube`; what it mounts is written here."""
    template = copy.deepcopy(pod_template(workload))
    spec = template["spec"]
    for word in UNKNOWN:
        spec.pop(word, None)
    for container in spec["containers"]:
        container["image"] = image
        for word in ("ports", "lifecycle", *PROBES):
            container.pop(word, None)
    for volume in spec["volumes"]:
        _put_there(volume, folder / name(workload), spec["securityContext"]["fsGroup"], secrets)
    template["metadata"]["name"] = name(workload)
    settings = [{**one, "metadata": {"name": name(one)}} for one in of_kind(manifests, "ConfigMap")]
    return "\n---\n".join(map(json.dumps, [*settings, {"apiVersion": "v1", "kind": "Pod", **template}]))


def _put_there(volume: Manifest, folder: Path, group: int, secrets: Mapping[str, Manifest]) -> None:
    """Write what a volume of Secrets shows as the kubelet would, with its mode and for the pod's group."""
    if "emptyDir" in volume:
        volume["emptyDir"] = {}
        return
    asked = volume.pop("secret", None) or volume.pop("projected")
    sources = [one["secret"] for one in asked.get("sources", [{"secret": asked}])]
    at = folder / volume["name"]
    at.mkdir(parents=True)
    for path, content in (file for source in sources for file in _files(source, secrets)):
        (at / path).write_text(content)
        (at / path).chmod(asked["defaultMode"])
        os.chown(at / path, 0, group)
    volume["hostPath"] = {"path": str(at), "type": "Directory"}


def _files(source: Manifest, secrets: Mapping[str, Manifest]) -> Iterator[tuple[str, str]]:
    """Raises `KeyError` for a Secret or a key that is not there, as the kubelet would wait for it."""
    data = secrets[source.get("secretName") or source["name"]]["stringData"]
    items = source.get("items") or [{"key": key, "path": key} for key in data]
    return ((item["path"], data[item["key"]]) for item in items)
