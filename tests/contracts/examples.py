"""An event's payload, made up from its schema."""

from typing import Any

VALUES: dict[str, Any] = {
    "uuid": "01980000-0000-7000-8000-000000000001",
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:30:00Z",
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "null": None,
}


def example(schema: dict[str, Any], *, sparse: bool = False, unknown: bool = False) -> Any:
    """Everything that the schema allows; or, `sparse`, as little as it allows; `unknown` adds a field to each object.

    Raises `KeyError` at a type or format that it has no value for.
    """

    def fill(node: dict[str, Any]) -> Any:
        if "$ref" in node:
            return fill(schema["$defs"][node["$ref"].rpartition("/")[2]])
        if "anyOf" in node:
            choices = sorted(node["anyOf"], key=lambda choice: (choice.get("type") == "null") != sparse)
            return fill(choices[0])
        if "const" in node or "enum" in node:
            return node["const"] if "const" in node else node["enum"][0]
        if node["type"] == "array":
            return [] if sparse else [fill(node["items"])]
        if node["type"] == "object":
            told = node.get("required", []) if sparse else node["properties"]
            more = {"told_since": {"a later version": [1]}} if unknown else {}
            return {name: fill(node["properties"][name]) for name in told} | more
        return VALUES[node.get("format", node["type"])]

    return fill(schema)
