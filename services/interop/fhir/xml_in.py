"""A resource that came in XML, as the same in JSON. A document type, and so every entity of its own, is refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import orjson

from services.common.errors import ServiceError
from services.interop.fhir import structure

FHIR, XHTML = "http://hl7.org/fhir", "http://www.w3.org/1999/xhtml"
PROLOGUE = ("<?", "<!")
MOST_LEVELS, MOST_ELEMENTS = 64, 50_000
# Lists wherever they stand in R4, and what is nested most: seen at once.
ALWAYS_LISTS = ("contained", "extension", "modifierExtension")
# One level of other lists is seen at a time.
MOST_PASSES = MOST_LEVELS
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
STEP = re.compile(r"([A-Za-z_]\w*)((?:\[\d+\])*)", re.ASCII)
TRUTHS = {"true": True, "false": False}


class BadXml(ServiceError):
    """What cannot be read is not guessed at."""

    field = "/body"
    way_out = "Send one resource in the namespace http://hl7.org/fhir, well-formed, without a document type."

    def __init__(self) -> None:
        super().__init__("The body cannot be read as FHIR in XML.")


@dataclass
class Element:
    """One element as it was read. `parts` are its children and the text between them."""

    space: str
    name: str
    attributes: dict[str, str]
    parts: list["Element | str"] = field(default_factory=list)

    def children(self) -> list["Element"]:
        """Raises `BadXml` where there are words between them: FHIR has its words in attributes."""
        if any(isinstance(one, str) and one.strip() for one in self.parts):
            raise BadXml
        return [one for one in self.parts if isinstance(one, Element)]


def to_json(raw: bytes) -> bytes:
    """Raises `BadXml`. What is wrong with the resource itself is left in it, for validation to tell."""
    root = _read(raw)
    if root.space != FHIR:
        raise BadXml
    content = _resource(root)
    _list(content)
    for _ in range(MOST_PASSES):
        document = orjson.dumps(content)
        mended = [_mend(content, path, said) for path, said in structure.complaints(document.decode())]
        if not any(mended):
            return document
    raise BadXml


def as_read(raw: bytes) -> dict[str, Any]:
    """A resource of any release, in which what stands alone is no list. Raises `BadXml`."""
    root = _read(raw)
    if root.space != FHIR:
        raise BadXml
    return _resource(root)


def is_narrative(text: str) -> bool:
    """Whether it is a div of XHTML, and nothing that stands at the beginning of a document alone."""
    try:
        root = _read(text.encode())
        written = "".join(_xhtml(root, is_first=True))
    except (BadXml, UnicodeEncodeError):
        return False
    return root.name == "div" and bool(written) and text[:2] not in PROLOGUE


def _read(raw: bytes) -> Element:
    parser = expat.ParserCreate(namespace_separator=" ")
    open_: list[Element] = []
    found: list[Element] = []
    count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        space, _, local = name.rpartition(" ")
        element = Element(space, local, attributes)
        (open_[-1].parts if open_ else found).append(element)
        open_.append(element)
        if len(open_) > MOST_LEVELS or count > MOST_ELEMENTS:
            raise BadXml

    def say(text: str) -> None:
        open_[-1].parts.append(text)

    def refuse(*_: object) -> NoReturn:
        raise BadXml

    parser.StartElementHandler, parser.CharacterDataHandler = begin, say
    parser.EndElementHandler = lambda _: open_.pop()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadXml from error
    return found[0]


def _resource(element: Element) -> dict[str, Any]:
    return {"resourceType": element.name, **_content(element)}


def _content(element: Element) -> dict[str, Any]:
    content: dict[str, Any] = {name: element.attributes[name] for name in ("id", "url") if name in element.attributes}
    named: dict[str, list[tuple[Any, Any]]] = {}
    for child in element.children():
        if child.space not in {FHIR, XHTML}:
            raise BadXml
        named.setdefault(child.name, []).append(_value(child))
    for name, found in named.items():
        for key, values in ((name, [one for one, _ in found]), (f"_{name}", [beside for _, beside in found])):
            if any(value is not None for value in values):
                content[key] = values if len(values) > 1 else values[0]
    return content


def _list(content: dict[str, Any]) -> None:
    waiting: list[Any] = [content]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            one.update({name: [one[name]] for name in ALWAYS_LISTS if isinstance(one.get(name), dict)})
        inner = one.values() if isinstance(one, dict) else one
        waiting += [held for held in inner if isinstance(held, dict | list)]


def _value(element: Element) -> tuple[Any, Any]:
    """The value, and what stands beside it in JSON where it is a primitive's."""
    if element.space == XHTML:
        return "".join(_xhtml(element, is_first=True)), None
    if "value" in element.attributes:
        return element.attributes["value"], _content(element) or None
    inner = element.children()
    if len(inner) == 1 and inner[0].name[:1].isupper():
        return _resource(inner[0]), None
    return _content(element), None


def _xhtml(element: Element, *, is_first: bool = False) -> Iterator[str]:
    if element.space != XHTML:
        raise BadXml
    space = f' xmlns="{XHTML}"' if is_first else ""
    attributes = "".join(f" {name.rpartition(' ')[2]}={quoteattr(value)}" for name, value in element.attributes.items())
    yield f"<{element.name}{space}{attributes}"
    yield ">" if element.parts else "/>"
    for part in element.parts:
        yield from (escape(part),) if isinstance(part, str) else _xhtml(part)
    yield f"</{element.name}>" if element.parts else ""


def _mend(content: dict[str, Any], path: str, said: str) -> bool:
    """Whether what XML does not say, and the definitions do, was put right: a list, a number, a truth, a primitive."""
    place = _place(content, path)
    if place is None:
        return False
    holder, key, parent, name = place
    value = holder[key]
    if said.startswith("expected an array"):
        holder[key] = [value]
    elif said.endswith("found an object") and not said.startswith("expected a single"):
        return _put_beside(holder, key, parent, name)
    elif said.startswith("expected true or false") and value in TRUTHS:
        holder[key] = TRUTHS[value]
    elif "number" in said and isinstance(value, str) and NUMBER.fullmatch(value):
        holder[key] = orjson.Fragment(value.encode())
    else:
        return False
    return True


def _put_beside(holder: Any, key: Any, parent: dict[str, Any], name: str) -> bool:
    """A primitive without a value, which has an id or extensions alone."""
    value = holder[key]
    if not isinstance(value, dict):
        return False
    if holder is parent:
        parent[f"_{name}"] = holder.pop(key)
        return True
    besides = parent.setdefault(f"_{name}", [None] * len(holder))
    if not isinstance(besides, list) or len(besides) != len(holder):
        return False
    besides[key], holder[key] = value, None
    return True


def _place(content: dict[str, Any], path: str) -> tuple[Any, Any, dict[str, Any], str] | None:
    """What holds the value at a path and under which key, and the object and name that this is within."""
    holder: Any = content
    place: tuple[Any, Any, dict[str, Any], str] | None = None
    for step in path.split(".")[1:]:
        found = STEP.fullmatch(step)
        if found is None or not isinstance(holder, dict) or found[1] not in holder:
            return None
        place = (holder, found[1], holder, found[1])
        holder = holder[found[1]]
        for number in map(int, re.findall(r"\d+", found[2])):
            if not isinstance(holder, list) or number >= len(holder):
                return None
            place = (holder, number, place[2], place[3])
            holder = holder[number]
    return place
