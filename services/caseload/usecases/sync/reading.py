"""Reading what a device sent: the envelope must be readable, and each operation is read for itself."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from services.caseload.domain.sync_device import Clock, SequenceGap, SequenceReused
from services.caseload.domain.sync_operation import (
    MOST_NAMES,
    Numbered,
    OperationMalformed,
    Pushed,
    SentOperation,
    SyncOperation,
    UnreadableOperation,
)
from services.caseload.usecases.sync.kinds import KINDS, Kind
from services.caseload.usecases.sync.operation import is_to_come, put_right
from services.common import body as bodies
from services.common.errors import ServiceError, Unprocessable, not_understood
from services.common.types import Input

# A text of a JSON document, which stays as it is; or a number that was too large to be read, which is JSON again.
TEXT_OR_TOO_LARGE = re.compile(r'"(?:[^"\\]|\\.)*"|Infinity')
# What a newer app says and this release does not know; anything else that cannot be read is a fault of the app.
OF_A_NEWER_APP = {"extra_forbidden", "enum", "literal_error"}


class NotUnderstood(Unprocessable):
    """The body of an operation is none of its kind."""

    field = "/body"
    way_out = "Correct this field, and let whoever wrote it send it again as a new operation."

    def __init__(self, error: ValidationError, *, of_body: bool = False) -> None:
        errors = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        detail, found = not_understood(errors)
        self.found = found if of_body else [{**one, "pointer": one["pointer"].removeprefix("/body")} for one in found]
        super().__init__(detail if of_body else detail.replace("/body", ""))
        self.is_newer = any(item["type"] in OF_A_NEWER_APP for item in errors)

    @classmethod
    def code(cls) -> str:
        return "validation_failed"


@dataclass(frozen=True)
class Read:
    """One operation of a batch: its number, and what could be read of it, or why it could not."""

    numbered: Numbered
    letters: str
    digest: bytes
    sent: SentOperation | None = None
    refusal: ServiceError | None = None

    @property
    def content(self) -> str:
        """Letter for letter, in ASCII, for what cannot be stored as text is a reason to be here."""
        return TEXT_OR_TOO_LARGE.sub(lambda one: "1e999" if one[0] == "Infinity" else one[0], self.letters)


def read_all(pushed: Pushed) -> list[Read]:
    """In the order of their numbers. Raises `UnreadableOperation`."""
    return sorted((_read(place, raw) for place, raw in enumerate(pushed.operations)), key=lambda one: _number(one))


def _number(one: Read) -> int:
    return one.numbered.sequence


def _read(place: int, raw: Any) -> Read:
    numbered = _numbered(place, raw)
    sent: SentOperation | None = None
    refusal: ServiceError | None = None
    try:
        sent = _sent(raw)
    except ValidationError as error:
        refusal = NotUnderstood(error)
    except ServiceError as error:
        refusal = error
    try:
        digest = _digest(raw, is_malformed=isinstance(refusal, OperationMalformed))
        return Read(numbered, json.dumps(raw), digest, sent, refusal)
    except RecursionError as error:
        # So many levels that it could be read but not be written again.
        raise UnreadableOperation(place) from error


def _numbered(place: int, raw: Any) -> Numbered:
    """Its id and number, each said once, or the same twice. Raises `UnreadableOperation`."""
    if not isinstance(raw, dict):
        raise UnreadableOperation(place)
    said = [(name, value) for name, value in raw.items() if name in Numbered.model_fields]
    if any(value != raw[name] for name, value in said):
        raise UnreadableOperation(place)
    try:
        return Numbered.model_validate(dict(said))
    except ValidationError as error:
        raise UnreadableOperation(place) from error


def _digest(raw: dict[str, Any], *, is_malformed: bool) -> bytes:
    """Where a queue is numbered anew, its operations are the same. Names that are there twice have no order of their
    own, so such a one is the same only where it is written the same."""
    said = [(name, value) for name, value in raw.items() if name != "sequence"]
    text = json.dumps(said) if is_malformed else json.dumps(dict(said), sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def _sent(raw: dict[str, Any]) -> SentOperation:
    """Raises `OperationMalformed`, `UnstorableValue` or `ValidationError`."""
    if len(raw) > MOST_NAMES:
        raise OperationMalformed
    try:
        bodies.require_storable(raw)
    except bodies.MalformedJson as error:
        raise OperationMalformed from error
    return SentOperation.model_validate(raw)


def read_kept(content: str) -> SentOperation:
    """What was kept, letter for letter, is read as strictly as when it came. Raises as `_sent` does."""
    return _sent(bodies.read_leniently(content.encode()))


def read_body(kind: Kind, sent: SentOperation, clock: Clock) -> Input:
    """By the model of the very operation that would have been called. Raises `NotUnderstood`."""
    missing: list[InitErrorDetails] = [
        {"type": "missing", "loc": ("about", name), "input": {}} for name in kind.about if name not in sent.about
    ]
    if missing:
        raise NotUnderstood(ValidationError.from_exception_data("about", missing))
    try:
        return kind.body.model_validate(put_right(sent, clock, kind.instants, kind.days))
    except ValidationError as error:
        raise NotUnderstood(error, of_body=True) from error


def is_about_time(kind: Kind, sent: SentOperation, error: NotUnderstood, clock: Clock) -> bool:
    """Whether nothing is wrong but that something is still to come, by a clock that was another one then."""
    right = put_right(sent, clock, kind.instants, kind.days)
    ahead = {f"/body/{name}" for name in (*kind.instants, *kind.days) if is_to_come(right.get(name), clock.now)}
    return {one["pointer"] for one in error.found} <= ahead


def new_of(batch: list[Read], through: int, known: dict[int, SyncOperation]) -> list[Read]:
    """What was not sent before. Raises `SequenceReused` or `SequenceGap`, and then nothing is applied."""
    seen: dict[int, Read] = {}
    for one in batch:
        number = one.numbered.sequence
        before = known[number].operation_id if number in known else None
        first = seen.setdefault(number, one)
        if (before or first.numbered.operation_id) != one.numbered.operation_id:
            raise SequenceReused(number)
    new = [one for number, one in sorted(seen.items()) if number > through]
    for expected, one in enumerate(new, start=through + 1):
        if one.numbered.sequence != expected:
            raise SequenceGap(expected)
    return new


def kind_of(sent: SentOperation | None) -> Kind | None:
    return KINDS.get(sent.kind) if sent else None
