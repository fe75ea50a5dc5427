"""Objects against their schemas: `python schemas.py own RENDERED VERSION…`, or `custom RENDERED FOLDER…`.

It is run by the Python that has the checkers. A field that a schema does not know is refused, as a misspelt one is.
Prints what is wrong, and a line for each kind that has no schema in the folders (`GROUP/kind_version.json`).
"""

import json
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SHOWN = 160


def is_custom(one: Any) -> bool:
    group = one["apiVersion"].rpartition("/")[0]
    return "." in group and (not group.endswith(".k8s.io") or group.startswith("gateway."))


def own(manifests: Sequence[Any], versions: Sequence[str]) -> Iterator[str]:
    """Kubernetes' own objects, by the schemas of each version."""
    for version in versions:
        for one in manifests:
            if is_custom(one):
                continue
            for error in own_validator(version, one["kind"].lower(), one["apiVersion"]).iter_errors(one):
                yield f"{version}: {one['kind']} {one['metadata']['name']}: {error.message[:SHOWN]}"


@cache
def own_validator(version: str, kind: str, api_version: str) -> Any:
    """As kubernetes_validate.validate makes one for each object anew, which takes two minutes for all of ours."""
    group, _, edition = api_version.rpartition("/")
    name = "-".join(word for word in (kind, group.partition(".")[0], edition) if word)
    schema = json.loads((folder_of(version) / f"{name}.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema, registry=definitions(version).with_resource("", as_resource(schema)))


def folder_of(version: str) -> Path:
    schemas = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    return schemas / f"v{version}.0-local-strict"


@cache
def definitions(version: str) -> Registry:
    """What the schemas of one version refer to."""
    path = folder_of(version) / "_definitions.json"
    return Registry().with_resource("_definitions.json", as_resource(json.loads(path.read_text("utf-8")))).crawl()


def as_resource(schema: Any) -> Resource:
    return Resource.from_contents(schema, default_specification=DRAFT202012)


def strict(schema: Any) -> Any:
    """The schema, with whatever it does not name refused."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    is_open = "additionalProperties" in made or made.get("x-kubernetes-preserve-unknown-fields")
    if made.get("type") == "object" and "properties" in made and not is_open:
        made["additionalProperties"] = False
    return made


@cache
def validator(folders: tuple[Path, ...], kind: str, group: str, version: str) -> Any:
    found = (folder / group / f"{kind.lower()}_{version}.json" for folder in folders)
    path = next((path for path in found if path.exists()), None)
    if path is None:
        return None
    schema = strict(json.loads(path.read_text("utf-8")))
    schema["properties"]["metadata"] = {}
    return jsonschema.Draft202012Validator(schema)


def custom(manifests: Sequence[Any], folders: Sequence[str]) -> Iterator[str]:
    """What operators added, by the schemas that are at hand."""
    checked, unknown = 0, set()
    for one in filter(is_custom, manifests):
        group, _, version = one["apiVersion"].rpartition("/")
        known = validator(tuple(map(Path, folders)), one["kind"], group, version)
        if known is None:
            unknown.add(f"skipped {group} {one['kind']}: no schema of it is to be had")
            continue
        checked += 1
        for error in known.iter_errors(one):
            yield f"{one['kind']} {one['metadata']['name']}: {'/'.join(map(str, error.path))}: {error.message[:SHOWN]}"
    yield f"checked {checked} custom resources"
    yield from sorted(unknown)


if __name__ == "__main__":
    rendered = list(map(json.loads, Path(sys.argv[2]).read_text("utf-8").split("\n---\n")))
    print("\n".join({"own": own, "custom": custom}[sys.argv[1]](rendered, sys.argv[3:])))
