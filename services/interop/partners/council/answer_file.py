"""Reading a council's answers: the manifest first, then each row; what is wrong is told by row, field and code."""

import csv
import hashlib
import io
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from services.interop.domain.submission import Verdict
from services.interop.partners.council.drop import as_csv
from services.interop.partners.council.gateway import AnswerFile
from services.interop.partners.places import MOST_BYTES

COLUMNS = ["delivery_id", "outcome", "reason"]
REJECT_COLUMNS = ("row", "field", "code", "message", "value")
MOST_ROWS, LONGEST_VALUE = 10_000, 100


class Manifest(BaseModel):
    """What the council says of its file. The control totals are how many were taken, and how many refused."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=0, le=MOST_ROWS)
    control_totals: dict[Literal["acknowledged", "rejected"], int]


@dataclass(frozen=True)
class Reject:
    """`row` counts from 1 below the heads; 0 is the file itself."""

    row: int
    field: str
    code: str
    message: str
    value: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class AnswerRow:
    row: int
    delivery_id: UUID
    verdict: Verdict


class Quarantined(ValueError):
    """The file is not what its manifest says, so that nothing in it is taken."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(reject.code)
        self.reject = reject


def read(file: AnswerFile) -> tuple[list[AnswerRow], list[Reject]]:
    """The rows that can be read, and what is wrong with the others. Raises `Quarantined`."""
    if file.too_large is not None:
        raise _wrong("file", "too_large", f"a file is at most {MOST_BYTES} bytes: send several", file.too_large)
    told = _manifest(file)
    rows = _rows(file.raw)
    if len(rows) != told.rows:
        raise _wrong("rows", "row_count", f"the manifest says {told.rows}", len(rows))
    counted = Counter(row.get("outcome") for row in rows)
    for outcome in ("acknowledged", "rejected"):
        if told.control_totals.get(outcome, 0) != counted[outcome]:
            raise _wrong("control_totals", "control_total", f"{outcome} does not add up", counted[outcome])
    every = [_row(number, row) for number, row in enumerate(rows, 1)]
    return [one for one in every if isinstance(one, AnswerRow)], [one for one in every if isinstance(one, Reject)]


def _manifest(file: AnswerFile) -> Manifest:
    try:
        told = Manifest.model_validate_json(file.manifest)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "manifest"
        raise _wrong(where[:60], "manifest", "the manifest cannot be read", "") from error
    digest = hashlib.sha256(file.raw).hexdigest()
    if told.sha256 != digest:
        raise _wrong("sha256", "checksum", "the file is not the one that the manifest is about", digest)
    return told


def _rows(raw: bytes) -> list[dict[str, Any]]:
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _wrong("file", "unreadable", "the file is not CSV in UTF-8", "") from error
    if reader.fieldnames is None or list(reader.fieldnames) != COLUMNS:
        raise _wrong("heads", "columns", f"the columns are {', '.join(COLUMNS)}", "")
    return rows


def _row(number: int, row: dict[str, Any]) -> AnswerRow | Reject:
    try:
        delivery_id = UUID(str(row["delivery_id"]))
    except ValueError:
        return Reject(number, "delivery_id", "not_an_id", "is the id of what was sent", _shown(row["delivery_id"]))
    try:
        told = Verdict(outcome=row["outcome"], reason=row["reason"] or None)
    except ValidationError as error:
        field = str(next(iter(error.errors()[0]["loc"]), "reason"))
        message = "is acknowledged, or rejected with a reason in one line"
        return Reject(number, field, "not_a_verdict", message, _shown(row.get(field)))
    return AnswerRow(number, delivery_id, told)


def _wrong(field: str, code: str, message: str, value: object) -> Quarantined:
    return Quarantined(Reject(0, _printable(field), code, message, _shown(value)))


def _printable(text: str) -> str:
    """Without what no line holds and no JSON in PostgreSQL, such as NUL."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _shown(value: object) -> str:
    """What they sent, so that they find it; nothing that a spreadsheet takes for a formula."""
    text = "" if value is None else _printable(str(value)[:LONGEST_VALUE])
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def reject_file(rejects: list[dict[str, Any]]) -> bytes:
    return as_csv(REJECT_COLUMNS, rejects)
