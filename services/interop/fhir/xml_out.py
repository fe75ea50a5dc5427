"""A resource in XML (FHIR R4, 2.6.1): elements in the order of their definitions, values as they were written."""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from services.interop.fhir import structure
from services.interop.fhir.xml_in import XHTML, is_narrative

MEDIA_TYPE = "application/fhir+xml"
XML_TYPES = frozenset({MEDIA_TYPE, "application/xml", "text/xml", "xml"})
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
# What XML 1.0 has no way to write.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
QUOTED = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
IN_ATTRIBUTES = {"extension": ("id", "url"), "modifierExtension": ("id", "url")}


def from_json(document: str) -> bytes:
    """The document is a sound resource of R4 in JSON."""
    return in_its_order(json.loads(structure.in_order(document), parse_float=str, parse_int=str))


def in_its_order(content: dict[str, Any]) -> bytes:
    """A resource of any release whose members are in the order of its definition already."""
    written = "".join(_resource(content, ' xmlns="http://hl7.org/fhir"'))
    return f"{HEAD}{written}".encode()


def _resource(content: dict[str, Any], namespace: str = "") -> Iterator[str]:
    name = content["resourceType"]
    yield f"<{name}{namespace}>"
    yield from _children({key: value for key, value in content.items() if key != "resourceType"})
    yield f"</{name}>"


def _children(content: dict[str, Any]) -> Iterator[str]:
    """A primitive's own id and extensions stand beside it in JSON, and within it in XML."""
    for name in dict.fromkeys(key.removeprefix("_") for key in content):
        value, beside = content.get(name), content.get(f"_{name}")
        if not isinstance(value, list) and not isinstance(beside, list):
            yield from _element(name, value, beside)
            continue
        values, besides = value or [], beside or []
        for place in range(max(len(values), len(besides))):
            yield from _element(name, _at(values, place), _at(besides, place))


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def _element(name: str, value: Any, beside: dict[str, Any] | None) -> Iterator[str]:
    if name == "div" and isinstance(value, str):
        yield _narrative(value)
    elif isinstance(value, dict) and "resourceType" in value:
        yield from (f"<{name}>", *_resource(value), f"</{name}>")
    elif isinstance(value, dict):
        yield from _written(name, value, "")
    else:
        said = "" if value is None else f' value="{_quoted(_said(value))}"'
        yield from _written(name, beside or {}, said)


def _written(name: str, content: dict[str, Any], said: str) -> Iterator[str]:
    apart = IN_ATTRIBUTES.get(name, ("id",))
    attributes = "".join(f' {key}="{_quoted(str(content[key]))}"' for key in apart if key in content)
    inner = "".join(_children({key: one for key, one in content.items() if key not in apart}))
    yield f"<{name}{attributes}{said}>{inner}</{name}>" if inner else f"<{name}{attributes}{said}/>"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _quoted(text: str) -> str:
    return escape(UNWRITABLE.sub("\ufffd", text), QUOTED)


def _narrative(div: str) -> str:
    """As it stands where it is XHTML, be it without its namespace, and as plain words where it is not."""
    named = re.sub(r"^<div\b", f'<div xmlns="{XHTML}"', div)
    found = next(filter(is_narrative, (div, named)), None)
    return f'<div xmlns="{XHTML}">{_quoted(div)}</div>' if found is None else found
