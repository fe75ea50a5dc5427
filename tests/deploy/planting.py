"""A fault as a change to what was rendered: to an object, a pod, its first container, or a policy's peers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.deploy.manifests import Manifest, containers, name, pod

Change = Callable[[list[Manifest]], Any]


@dataclass(frozen=True)
class Mutant:
    fault: str
    refused_by: str
    plant: Change


def on(kind: str, called: str, change: Callable[[Manifest], Any]) -> Change:
    """The change to this one object."""

    def plant(manifests: list[Manifest]) -> None:
        change(next(one for one in manifests if one["kind"] == kind and name(one) == called))

    return plant


def without(kind: str, called: str) -> Change:
    def plant(manifests: list[Manifest]) -> None:
        manifests[:] = [one for one in manifests if (one["kind"], name(one)) != (kind, called)]

    return plant


def of_pod(called: str, change: Callable[[Manifest], Any], kind: str = "Deployment") -> Change:
    return on(kind, called, lambda one: change(pod(one)))


def of_container(called: str, change: Callable[[Manifest], Any], kind: str = "Deployment") -> Change:
    return on(kind, called, lambda one: change(containers(one)[0]))


def of_spec(kind: str, called: str, **values: Any) -> Change:
    return on(kind, called, lambda one: one["spec"].update(values))


def of_config(**values: str) -> Change:
    def plant(manifests: list[Manifest]) -> None:
        next(one for one in manifests if one["kind"] == "ConfigMap")["data"].update(values)

    return plant
