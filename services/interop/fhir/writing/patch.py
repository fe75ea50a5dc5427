"""JSON Patch (RFC 6902) on a resource. Numbers keep the digits that they were written with."""

import json
from typing import Any, Self

import jsonpatch
import jsonpointer
import orjson

from services.common import body
from services.interop.fhir.writing.refusals import BadPatch, TooLongMade

MEDIA_TYPE = "application/json-patch+json"
# More than any change by hand has, and few enough to be applied at once.
MOST_OPERATIONS = 200
# By moves and copies a short patch could make a very long document.
KNOWN = ("add", "remove", "replace", "test")


class Digits(float):
    """A number with the digits that it was written with."""

    text: str

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.text = str(text)
        return made


def patched(content: dict[str, Any], raw: bytes, at: str) -> bytes:
    """The document that the operations make of a resource.

    Raises `BadPatch` or `TooLongMade`, or `MalformedJson` or `UnstorableValue` where they are no JSON that could be
    kept.
    """
    body.parse(raw)
    operations = json.loads(raw, parse_float=Digits)
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise BadPatch(at)
    if not all(isinstance(one, dict) and one.get("op") in KNOWN for one in operations):
        raise BadPatch(at)
    kept = json.loads(orjson.dumps(content), parse_float=Digits)
    try:
        made = jsonpatch.apply_patch(kept, operations)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError, ValueError) as error:
        raise BadPatch(at) from error
    if not isinstance(made, dict) or any(made.get(name) != content[name] for name in ("resourceType", "id")):
        raise BadPatch(at)
    try:
        document = orjson.dumps(made, default=_as_written)
    except orjson.JSONEncodeError as error:
        # Each operation is shallow, and one puts its value deep into that of another.
        raise BadPatch(at) from error
    if len(document) > body.MAX_BYTES:
        raise TooLongMade(at)
    return document


def _as_written(value: Any) -> orjson.Fragment:
    if isinstance(value, Digits):
        return orjson.Fragment(value.text.encode())
    raise TypeError
