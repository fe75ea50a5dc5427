"""What was rendered, and how its objects find each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Manifest = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "Job", "CronJob")


def name(one: Manifest) -> str:
    return str(one["metadata"]["name"])


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] in kinds]


def ours(manifests: Sequence[Manifest]) -> list[Manifest]:
    """All but what watches us from a namespace of its own."""
    return [one for one in manifests if one["metadata"].get("namespace") != "monitoring"]


def workloads(manifests: Sequence[Manifest]) -> list[Manifest]:
    """Whatever makes pods of our own image."""
    return of_kind(manifests, *WORKLOADS)


def pod_template(workload: Manifest) -> Manifest:
    spec = workload["spec"]
    template: Manifest = (spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"]
    return template


def pod(workload: Manifest) -> Manifest:
    spec: Manifest = pod_template(workload)["spec"]
    return spec


def pod_labels(workload: Manifest) -> dict[str, str]:
    return pod_template(workload)["metadata"].get("labels") or {}


def containers(workload: Manifest) -> list[Manifest]:
    return [*pod(workload).get("initContainers", []), *pod(workload)["containers"]]


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes these labels; an empty one takes all, and none takes nothing."""
    if selector is None:
        return False
    equal = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return equal and all(_holds(one, labels) for one in selector.get("matchExpressions") or [])


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    held, operator = labels.get(expression["key"]), expression["operator"]
    if operator in ("Exists", "DoesNotExist"):
        return (held is not None) == (operator == "Exists")
    return (held in expression["values"]) == (operator == "In")


def secrets_of(workload: Manifest) -> Iterator[str]:
    """The Secrets that its pods mount."""
    for volume in pod(workload).get("volumes", []):
        if "secret" in volume:
            yield volume["secret"]["secretName"]
        for source in volume.get("projected", {}).get("sources", []):
            if "secret" in source:
                yield source["secret"]["name"]


def scaled(manifests: Sequence[Manifest], deployment: str) -> list[Manifest]:
    """The autoscalers of a Deployment."""
    scalers = of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    return [one for one in scalers if one["spec"]["scaleTargetRef"]["name"] == deployment]


def most_pods(manifests: Sequence[Manifest], deployment: Manifest) -> int:
    """How many pods of it there may be at once, one more while it is replaced."""
    for scaler in scaled(manifests, name(deployment)):
        spec = scaler["spec"]
        return int(spec.get("maxReplicas") or spec["maxReplicaCount"]) + 1
    return int(deployment["spec"].get("replicas", 1)) + 1
