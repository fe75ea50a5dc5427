"""What a resource is found by, read from the resource itself along the paths of its type's parameters."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from services.interop.domain.resource import Found
from services.interop.fhir import registry, times, tokens
from services.interop.fhir.registry import SearchParameter


def found_by(content: dict[str, Any]) -> Found:
    """Everything that a search finds this resource by."""
    made = Found(tokens=[])
    for parameter in registry.SERVED[content["resourceType"]].parameters:
        values = [value for path in parameter.paths for value in at(content, path)]
        for value in values:
            if _is_meant(parameter, value):
                _add(made, parameter, value)
    return Found(sorted(set(made.tokens)), made.times, made.amounts)


def at(content: Any, path: str) -> Iterator[Any]:
    """What stands at a path, through every list on the way."""
    name, _, rest = path.partition(".")
    values = content.get(name) if isinstance(content, dict) else None
    for value in values if isinstance(values, list) else [values]:
        if value is not None:
            yield from at(value, rest) if rest else (value,)


def _is_meant(parameter: SearchParameter, value: Any) -> bool:
    """Of ContactPoints, those of one system alone: a telephone is no e-mail address. A code has no system."""
    return parameter.system is None or not isinstance(value, dict) or value.get("system") == parameter.system


def _add(made: Found, parameter: SearchParameter, value: Any) -> None:
    name, before = parameter.name, len(made.tokens)
    match parameter.type:
        case "token":
            made.tokens.extend(tokens.of_token(name, value))
        case "reference":
            made.tokens.extend(tokens.of_reference(name, value))
        case "string":
            made.tokens.extend(tokens.of_string(name, value))
        case "date":
            made.times.append((name, *_stretch(value)))
        case "quantity" if "value" in value:
            made.amounts.append((name, _number(value["value"]), value.get("code", "")))
    if parameter.type in {"date", "quantity"} or len(made.tokens) > before:
        made.tokens.append(tokens.present(name))


def _number(value: Any) -> float:
    """Of a number whose digits are kept as they were sent, too."""
    return float(orjson.dumps(value))


def _stretch(value: Any) -> tuple[datetime, datetime]:
    if isinstance(value, dict):
        return times.between(value.get("start"), value.get("end"))
    return times.stretch(value)
