"""Whether one JSON schema promises what another one reads."""

from typing import Any


def missing_from(promised: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """The fields that a reader needs and a writer does not promise, or promises as something else."""
    found = []
    for name, field in wanted.get("properties", {}).items():
        given = promised.get("properties", {}).get(name)
        if given is None:
            found += [f"{name} is not promised"] if name in wanted.get("required", []) else []
            continue
        more = _types(promised, given) - _types(wanted, field)
        if more:
            found.append(f"{name} may be {sorted(more)}")
    return found


def _types(whole: dict[str, Any], field: dict[str, Any]) -> set[str]:
    """The kinds of value a field may hold, with their formats; parts of a list or an object are looked into."""
    if "$ref" in field:
        return _types(whole, whole["$defs"][field["$ref"].rpartition("/")[2]])
    if "anyOf" in field:
        return set().union(*(_types(whole, choice) for choice in field["anyOf"]))
    kind = field.get("type", "anything")
    if kind == "array":
        return {f"list of {inner}" for inner in _types(whole, field["items"])}
    if kind == "string":
        return {field.get("format", "string")}
    return {"number"} if kind in {"integer", "number"} else {kind}


def field_names(schema: Any) -> set[str]:
    """Every field anywhere in a schema."""
    if isinstance(schema, list):
        return set().union(*map(field_names, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return {*own, *set().union(*map(field_names, schema.values()))}
