"""What must never get in, by the form that a place in a request has; written as JSON text, for some of it is none."""

import json
from collections.abc import Iterator
from typing import Any

from tests.api.operations import Operation, Schema

CANARY = "Zzcanary"
MARK, NULLABLE = "@@here@@", "x-nullable"
DEEP = "[" * 33 + "]" * 33
# Neither a text, a number, a date nor an id, whatever the place is for.
NOWHERE = ("NaN", "1e400", "9" * 5000, r'"\u0000"', r'"\ud800"', DEEP, '{"a": 1, "a": 2}')
FULL_WIDTH = "\uff12\uff10\uff12\uff16-\uff11\uff11-\uff10\uff12"
DATES = ("0", "1700000000", '"1700000000"', '"0001-01-01"', '"9999-12-31"', '"2026-02-30"', f'"{FULL_WIDTH}"', "true")
INSTANTS = (
    "1",
    '"2026-11-02"',
    '"2026-11-02T09:00:00"',
    '"0001-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59-12:00"',
    '"1700000000"',
    "1700000000.5",
)
IDS = ("7", '"1_0"', '"+1"', '" 1"', '"1.0"', '"\uff11"', f'"{CANARY}"', "true")
NUMBERS = ("true", '"12"', "1.5", str(2**63), str(-(2**63)), f'"{CANARY}"', "null")
TEXTS = ("7", "true", "[]", "{}", f'"{CANARY * 1000}"')
QUERIES = {
    "integer": ("-1", "1_0", "+1", "%201", "1.0", "%EF%BC%92", str(2**63), "1e400", "NaN", "true", ""),
    "boolean": ("perhaps", "2", "%00"),
    "date": ("0", "1700000000", "0001-01-01", "9999-12-31", "2026-02-30", "20261102", "2026-11-02T00:00:00Z"),
    "date-time": ("1", "2026-11-02", "2026-11-02T09:00:00", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00"),
    "uuid": ("1_0", "+1", "%201", "1.0", "%EF%BC%91", CANARY),
    "enum": (CANARY,),
    "string": (CANARY * 700,),
}
ANY_QUERY = ("%00", "%ED%A0%80", "%FF", "%1B[31m")
# What is harmless where texts are compared as they are.
LITERALS = ("%25", "_", "%5C", "' OR 1=1--", "%3Bselect pg_sleep(5)")
BODIES: tuple[tuple[bytes, str, int], ...] = (
    (b"{", "application/json", 400),
    (b'{"a": NaN}', "application/json", 400),
    (b'{"a": 1, "a": 2}', "application/json", 400),
    (b"\xef\xbb\xbf{}", "application/json", 400),
    ("{}".encode("utf-16"), "application/json", 400),
    (b'{"a": "\xed\xa0\x80"}', "application/json", 400),
    (b'{"a":' * 33 + b"1" + b"}" * 33, "application/json", 400),
    (b'{"a":' * 100_000, "application/json", 400),
    (b'{"a": ' + b"9" * 5000 + b"}", "application/json", 400),
    (CANARY.encode(), "text/plain", 415),
    (b"<a/>", "application/xml", 415),
    (b"{}", "application/json; charset=utf-16", 415),
    (b'"' + b"x" * 1_100_000 + b'"', "application/json", 413),
)


def kind_of(schema: Schema) -> str:
    """The form of a place, as the lists above name it."""
    form = schema.get("format", "")
    if "enum" in schema or "const" in schema:
        return "enum"
    if form.startswith("uuid"):
        return "uuid"
    return form if form in {"date", "date-time"} else str(schema.get("type", "any"))


def fit_for(schema: Schema) -> tuple[str, ...]:
    """What must be refused at a place of this form."""
    kind = kind_of(schema)
    fit: dict[str, tuple[str, ...]] = {
        "date": DATES,
        "date-time": INSTANTS,
        "uuid": IDS,
        "integer": NUMBERS,
        # A fraction is a number.
        "number": tuple(one for one in NUMBERS if one != "1.5"),
        "string": TEXTS,
        "enum": (f'"{CANARY}"', "7"),
        "boolean": (f'"{CANARY}"', "7", "null"),
        "array": ("7", "{}", f'["{CANARY * 1000}"]', f"[{'null,' * 10_000}null]"),
        "object": ("7", "[]", f'{{"{CANARY}": 1}}', '{"__class__": 1, "is_admin": true}'),
    }
    return tuple(bad for bad in fit.get(kind, ()) if bad != "null" or not schema.get(NULLABLE))


def places(operation: Operation, schema: Schema, at: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Schema]]:
    """Every place in a body, outermost first, with its form."""
    nullable = {"type": "null"} in schema.get("anyOf", ())
    schema = operation.followed(schema) | {NULLABLE: nullable}
    yield at, schema
    if schema.get("type") == "object":
        for name, part in schema.get("properties", {}).items():
            yield from places(operation, part, (*at, name))
    elif schema.get("type") == "array":
        yield from places(operation, schema.get("items", {}), (*at, 0))


def poisoned(example: Any, at: tuple[str | int, ...], poison: str) -> bytes:
    """The example with the poison at this place."""
    return json.dumps(_marked(example, at), ensure_ascii=False).replace(f'"{MARK}"', poison).encode()


def _marked(value: Any, at: tuple[str | int, ...]) -> Any:
    if not at:
        return MARK
    if isinstance(value, list):
        return [_marked(value[0], at[1:])]
    return {**value, at[0]: _marked(value[at[0]], at[1:])}
