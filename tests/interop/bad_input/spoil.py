"""What may be wrong with a document's structure: one change at a time, at any place, the same for the same numbers."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.interop.bad_input.oddities import ADDED, ODD, OF_A_NAME, RAW, pick

Path = tuple[str | int, ...]
# What to do, where, and with what.
Change = tuple[str, int, int]
# A number as it is written, which no Python value is written as.
AS_WRITTEN = re.compile(r'"@@([^"@]*)@@"')


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Everything in a document but the document itself."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*at, name)
        yield from places(one, (*at, name))


def at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def put(document: Any, path: Path, value: Any) -> Any:
    """The document with this in place of what was there."""
    if not path:
        return value
    made = dict(document) if isinstance(document, dict) else list(document)
    made[path[0]] = put(document[path[0]], path[1:], value)
    return made


def without(document: Any, path: Path) -> Any:
    holder = at(document, path[:-1])
    if isinstance(holder, dict):
        kept: Any = {name: one for name, one in holder.items() if name != path[-1]}
    else:
        kept = [one for place, one in enumerate(holder) if place != path[-1]]
    return put(document, path[:-1], kept)


def _twice(document: Any, path: Path, odd: int) -> Any:
    """Once more in its list, or as a list of two."""
    holder, value = at(document, path[:-1]), at(document, path)
    if isinstance(holder, list):
        return put(document, path[:-1], [*holder, value])
    return put(document, path, [*value, *value] if isinstance(value, list) else [value, value])


def _swap(document: Any, path: Path, odd: int) -> Any:
    """With another place of the document, be it within this one."""
    other = pick(list(places(document)), odd)
    here, there = at(document, path), at(document, other)
    shorter, longer = sorted((path, other), key=len)
    if longer[: len(shorter)] == shorter:
        return put(document, shorter, there if shorter == path else here)
    return put(put(document, path, there), other, here)


def _elsewhere(document: Any, path: Path, odd: int) -> Any:
    """Its value under another name beside it."""
    holder = at(document, path[:-1])
    if isinstance(holder, list):
        return put(document, path[:-1], [at(document, path), *holder])
    return put(document, path[:-1], {**holder, pick(ADDED, odd)[0]: at(document, path)})


def _within(document: Any, path: Path, odd: int) -> Any:
    """The whole document in one of its places, in one of several ways."""
    return put(document, path, pick([document, [document], [document] * 3, {"contained": [document]}], odd))


def _added(document: Any, path: Path, odd: int) -> Any:
    """Something that this may have, or that nothing has."""
    value = at(document, path)
    holder_at = path if isinstance(value, dict) else path[:-1]
    holder = at(document, holder_at)
    name, value = pick(ADDED, odd)
    return put(document, holder_at, {**holder, name: value} if isinstance(holder, dict) else [*holder, value])


def _odd(document: Any, path: Path, odd: int) -> Any:
    named = next((name for name in reversed(path) if isinstance(name, str)), "")
    return put(document, path, pick([*OF_A_NAME.get(named, ()), *ODD], odd))


def _meant(document: Any, path: Path, odd: int) -> Any:
    """Something else of its own kind, where there is a choice."""
    meant = [one for one in places(document) if one[-1] in OF_A_NAME]
    if not meant:
        return _odd(document, path, odd)
    one = pick(meant, odd // 64)
    return put(document, one, pick(OF_A_NAME[str(one[-1])], odd))


CHANGES: dict[str, Callable[[Any, Path, int], Any]] = {
    "leave out": lambda document, path, odd: without(document, path),
    "null": lambda document, path, odd: put(document, path, None),
    "odd": _odd,
    "meant": _meant,
    "added": _added,
    "number": lambda document, path, odd: put(document, path, f"@@{pick(RAW, odd)}@@"),
    "list": lambda document, path, odd: put(document, path, [at(document, path)]),
    "unlist": lambda document, path, odd: put(document, path, _first(at(document, path))),
    "twice": _twice,
    "swap": _swap,
    "elsewhere": _elsewhere,
    "within": _within,
}


def _first(value: Any) -> Any:
    inner = list(value.values()) if isinstance(value, dict) else value
    return inner[0] if isinstance(inner, list) and inner else value


def spoiled(document: Any, changes: list[Change]) -> Any:
    """With each change made where there still is a place for it."""
    for name, place, odd in changes:
        known = list(places(document)) if isinstance(document, dict | list) else []
        if known:
            document = CHANGES[name](document, pick(known, place), odd)
    return document


def written(document: Any) -> str:
    """As JSON, or as what is nearly that."""
    return AS_WRITTEN.sub(r"\1", json.dumps(document))
