"""What the last release promised, kept on file, and what a newer version would take back of it."""

import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from demo.contracts import RELEASED, event_of, published, readers
from services.common.events import Envelope

Schema = dict[str, Any]
Kind = tuple[str, str]

# Everybody writes the envelope and everybody reads it, so it stands beside the events and beside what is read of them.
ENVELOPE, ENVELOPE_READER = "envelope", "common.envelope"
ANYTHING = "anything"
# What `fields` looks into, or what says nothing about a value. Every other word of a schema is a bound on the value.
NO_BOUND = {"type", "format", "anyOf", "$ref", "$defs", "properties", "required", "items", "additionalProperties"}
NO_BOUND |= {"title", "description", "default", "examples", "enum", "const"}


@dataclass(frozen=True)
class Contracts:
    """The schemas of one version: of each event by its name, and of what is read of it by the queue's name."""

    version: str
    events: dict[str, Schema]
    reads: dict[str, Schema]


def current() -> Contracts:
    """What the code promises and reads now."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    events: dict[str, type[BaseModel]] = {ENVELOPE: Envelope, **published()}
    reads: dict[str, type[BaseModel]] = {ENVELOPE_READER: Envelope, **readers()}
    return Contracts(
        project["version"],
        {name: event.model_json_schema() for name, event in events.items()},
        {queue: model.model_json_schema() for queue, model in reads.items()},
    )


def released(folder: Path = RELEASED) -> Contracts:
    """What the last release promised and read."""
    events, consumers = (json.loads((folder / name).read_text("utf-8")) for name in ("events.json", "consumers.json"))
    return Contracts(events["version"], events["schemas"], consumers["schemas"])


def keep(contracts: Contracts, folder: Path = RELEASED) -> None:
    """Put the contracts of a release on file, once. Raises `SystemExit` if they were, or take something back."""
    if (folder / "events.json").exists():
        last = released(folder)
        if last.version == contracts.version:
            sys.exit(f"the contracts of {last.version} are on file: raise the version in pyproject.toml first")
        if faults := unsafe(last, contracts):
            sys.exit("\n".join(["what was released may only be added to:", *faults]))
    folder.mkdir(parents=True, exist_ok=True)
    for name, schemas in (("events.json", contracts.events), ("consumers.json", contracts.reads)):
        kept = {"version": contracts.version, "schemas": schemas}
        (folder / name).write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", "utf-8")


def unsafe(old: Contracts, new: Contracts) -> list[str]:
    """What goes wrong when the new version follows the old one, and while both run and read each other's events."""
    return withdrawn(old, new) + unread(new.events, old.reads) + unread(old.events, new.reads)


def withdrawn(old: Contracts, new: Contracts) -> list[str]:
    """The events that are gone, and what those that are left no longer keep."""
    return [
        f"{name}: {fault}"
        for name, schema in old.events.items()
        for fault in (taken_back(schema, new.events[name]) if name in new.events else ["the event is gone"])
    ]


def unread(events: dict[str, Schema], reads: dict[str, Schema]) -> list[str]:
    """What the readers need of these events and are not promised. An event that is not among them is not read yet."""
    return [
        f"{queue}: {fault}"
        for queue, wanted in reads.items()
        if event_of(queue) in events
        for fault in missing_from(events[event_of(queue)], wanted)
    ]


def missing_from(promised: Schema, wanted: Schema) -> list[str]:
    """The fields that a reader needs and a writer does not promise, or promises as something else."""
    given, needed = fields(promised), fields(wanted)
    return [
        f"{path} is not promised"
        for path, field in needed.items()
        if field.always and path not in given and field.inside in given
    ] + _misread(given, needed)


def taken_back(old: Schema, new: Schema) -> list[str]:
    """What a newer schema of an event no longer keeps of the older one's promise."""
    before, now = fields(old), fields(new)
    gone = [f"{path} is gone" for path, field in before.items() if path not in now and field.inside in now]
    unsaid = [
        f"{path} is never {' '.join(kind)} any more"
        for path in before
        if path in now
        for kind in sorted(before[path].kinds - now[path].kinds)
        if kind[1]
    ]
    return gone + unsaid + _misread(now, before)


@dataclass(frozen=True)
class Field:
    """The kinds of value that a field may hold, whether it is always there, and the path of what it is a part of."""

    kinds: frozenset[Kind]
    always: bool
    inside: str


def fields(schema: Schema) -> dict[str, Field]:
    """Every field by its path, with those inside others: `.segments`, `.segments[]`, `.segments[].minutes`.

    Raises `ValueError` at a choice between objects, which cannot be told by paths.
    """
    found: dict[str, Field] = {}

    def walk(path: str, node: Schema, inside: str, *, always: bool = True) -> None:
        shapes = _shapes(schema, node)
        if sum("properties" in shape for shape in shapes) > 1:
            raise ValueError(f"{path} is a choice between objects")
        found[path] = Field(frozenset(kind for shape in shapes for kind in _kinds(shape)), always, inside)
        for shape in shapes:
            for name, part in shape.get("properties", {}).items():
                walk(f"{path}.{name}", part, path, always=name in shape.get("required", []))
            for mark, part in (("[]", shape.get("items")), ("{}", shape.get("additionalProperties"))):
                if isinstance(part, dict):
                    walk(f"{path}{mark}", part, path)

    walk("", schema, "")
    return found


def _shapes(whole: Schema, node: Schema) -> list[Schema]:
    """What a value may look like, with each choice and each reference followed."""
    if "$ref" in node:
        return _shapes(whole, whole["$defs"][node["$ref"].rpartition("/")[2]])
    if "anyOf" in node:
        return [shape for choice in node["anyOf"] for shape in _shapes(whole, choice)]
    return [node]


def _kinds(shape: Schema) -> set[Kind]:
    """The type or format of a value, and what it is bound to: `("date", "")`, `("string", '"planned"')`."""
    base = shape.get("format") or shape.get("type", ANYTHING)
    values = shape.get("enum", [shape["const"]] if "const" in shape else [])
    bounds = {word: value for word, value in shape.items() if word not in NO_BOUND}
    told = [json.dumps(value) for value in values] or [json.dumps(bounds, sort_keys=True) if bounds else ""]
    return {(base, each) for each in told}


def _misread(given: dict[str, Field], needed: dict[str, Field]) -> list[str]:
    """Where a reader meets nothing, or a kind of value that it does not take."""
    found = []
    for path, field in needed.items():
        if path not in given:
            continue
        if field.always and not given[path].always:
            found.append(f"{path} may be left out")
        strange = sorted(kind for kind in given[path].kinds if not _takes(field.kinds, kind))
        found += [f"{path} may be {' '.join(kind).strip()}" for kind in strange]
    return found


def _takes(kinds: frozenset[Kind], kind: Kind) -> bool:
    base, bound = kind
    bases = {base, "number", ANYTHING} if base == "integer" else {base, ANYTHING}
    return any((each, only) in kinds for each in bases for only in {bound, ""})


def main() -> None:
    contracts = current()
    keep(contracts)
    print(f"the contracts of {contracts.version} are on file in docs/contracts/released")


if __name__ == "__main__":
    main()
