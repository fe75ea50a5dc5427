"""What a return is made of: rows of tables, the facts that each row comes from, and the faults that rules find."""

import base64
import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

# The longest identifier that CSDS takes is 20 characters (an20), which is shorter than a UUID.
LOCAL_ID_BYTES, LOCAL_ID_LENGTH = 13, 20


@dataclass(frozen=True)
class Source:
    """A fact: a FHIR resource as interop shows it at this version, or an event by its id, which has one version."""

    resource_type: str
    resource_id: UUID
    version: int


@dataclass(frozen=True)
class Row:
    """One row of one table, with the facts that it comes from."""

    table: str
    key: str
    values: Mapping[str, str]
    sources: tuple[Source, ...]
    client_id: UUID | None = None


@dataclass(frozen=True)
class Rule:
    """What a row has to keep. Where `refuses`, who breaks it is left out of the file, with what hangs on it."""

    code: str
    reason: str
    way_out: str
    refuses: bool = True


@dataclass(frozen=True)
class Fault:
    """One rule that one row breaks, in which field."""

    rule: Rule
    row: Row
    field: str


@dataclass(frozen=True)
class Fact:
    """One FHIR resource as it is held, with what its owner says beside."""

    resource_type: str
    resource_id: UUID
    client_id: UUID | None
    team_id: UUID
    version: int
    content: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        return Source(self.resource_type, self.resource_id, self.version)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both within."""

    from_on: date
    to_on: date

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= self.to_on


def local_id(identifier: UUID | str) -> str:
    """The identifier in 20 characters, the same in every return: the first 100 bits of its SHA-256 in base32.

    Two of a million are the same with a chance below one in 10 to the power of 18; a key that is there twice is told.
    """
    digest = hashlib.sha256(str(identifier).encode()).digest()[:LOCAL_ID_BYTES]
    return base64.b32encode(digest).decode()[:LOCAL_ID_LENGTH]


def csv_line(values: Sequence[str]) -> str:
    """One line of RFC 4180. A value that a spreadsheet would take for a formula is left as it is: a loader reads it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()
