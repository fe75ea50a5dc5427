"""Reading an extract: the whole first, then each row; what is wrong is told by line, column and code, not by value."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from services.common.types import NhsNumber, day_in_england
from services.interop.domain.systmone_extract import MOST_ROWS, Entry, Refusal, Reject
from services.interop.partners.systmone.layout import Layout

LONGEST_ENTRY = 100
# What a text begins with that is not in the encoding that was agreed on.
MARKS = {"utf-8": (b"\xff\xfe", b"\xfe\xff"), "windows-1252": (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"), "utf-16": ()}
CODECS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252", "utf-16": "utf-16"}
# What is wrong with each row of a file that another layout is for; anything else is wrong with a row itself.
OF_THE_LAYOUT = {"not_a_date", "not_an_id", "not_as_many_values"}
NUMBER: TypeAdapter[str] = TypeAdapter(NhsNumber)


class Manifest(BaseModel):
    """What whoever wrote the file says of it: its checksum, and how many rows it has below the heads."""

    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    rows: int = Field(ge=0)


@dataclass(frozen=True)
class Incoming:
    """A file as it was left, with its manifest where there is one. `too_large` is the size in bytes of what was not
    read for it."""

    name: str
    raw: bytes
    manifest: bytes | None = None
    too_large: int | None = None

    @property
    def digest(self) -> str:
        """Its name is part of what it is: two quiet nights are the same byte for byte, and are two files."""
        size = b"" if self.too_large is None else str(self.too_large).encode()
        return hashlib.sha256(b"\0".join((self.name.encode(), size, self.manifest or b"", self.raw))).hexdigest()


class Refused(ValueError):
    """The file is not what it was to be, so that nothing in it is taken. `column` is the layout's own name of one."""

    def __init__(self, refusal: Refusal, column: str | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal, self.column = refusal, column


class _Wrong(ValueError):
    def __init__(self, column: str | None, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


@dataclass
class Read:
    """What a file holds: its rows, those that were passed over as another unit's or too old, and what is wrong."""

    rows: int = 0
    passed_over: int = 0
    entries: list[Entry] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    @property
    def is_by_another_layout(self) -> bool:
        """Whether no row could be made out. One row that is wrong on a quiet night does not say so."""
        if not self.rejects or self.entries or self.passed_over:
            return False
        return all(one.code in OF_THE_LAYOUT for one in self.rejects)


def read(raw: bytes, manifest: bytes | None, layout: Layout, *, since: date, today: date) -> Read:
    """What these teams' units hold of contacts since that day. Raises `Refused`."""
    told = None if manifest is None else _manifest(raw, manifest)
    text = _text(raw, layout.encoding)
    if told is None and text and text[-1] not in "\r\n":
        raise Refused(Refusal.HALF)
    found = Read()
    try:
        for line, row in _rows(text, layout):
            found.rows += 1
            if found.rows > MOST_ROWS:
                raise Refused(Refusal.TOO_LARGE)
            _take(found, line, row, layout, since, today)
    except csv.Error as error:
        raise Refused(Refusal.NOT_CSV) from error
    if told is not None and told.rows != found.rows:
        raise Refused(Refusal.ROW_COUNT)
    return found


def _manifest(raw: bytes, manifest: bytes) -> Manifest:
    try:
        told = Manifest.model_validate_json(manifest)
    except ValidationError as error:
        raise Refused(Refusal.MANIFEST) from error
    if told.sha256.lower() != hashlib.sha256(raw).hexdigest():
        raise Refused(Refusal.CHECKSUM)
    return told


def _text(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(CODECS[encoding])
    except UnicodeDecodeError as error:
        raise Refused(Refusal.ENCODING) from error
    if raw.startswith(MARKS[encoding]) or "\0" in text:
        raise Refused(Refusal.ENCODING)
    return text


def _rows(text: str, layout: Layout) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Each row with the line on which it begins; none where it has more values or fewer than there are heads.

    Raises `Refused` or `csv.Error`.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    heads = [head.strip() for head in next(reader, [])]
    for name in layout.columns.named:
        if heads.count(name) != 1:
            raise Refused(Refusal.COLUMNS, name)
    before = reader.line_num
    for values in reader:
        if values:
            is_whole = len(values) == len(heads)
            yield before + 1, dict(zip(heads, values, strict=True)) if is_whole else None
        before = reader.line_num


def _take(found: Read, line: int, row: dict[str, str] | None, layout: Layout, since: date, today: date) -> None:
    try:
        if row is None:
            raise _Wrong(None, "not_as_many_values")
        entry = _entry({name: value.strip() for name, value in row.items()}, layout, today)
    except _Wrong as wrong:
        found.rejects.append(Reject(line, wrong.column, wrong.code))
        return
    if entry is None or (entry.happened_on is not None and entry.happened_on < since):
        found.passed_over += 1
    else:
        found.entries.append(entry)


def _entry(row: dict[str, str], layout: Layout, today: date) -> Entry | None:
    """The contact in a row; None for one of another unit. Of a deleted one nothing is read but which it was."""
    columns = layout.columns
    units = layout.units if columns.unit else dict.fromkeys([""], next(iter(layout.units.values())))
    team_id = units.get(row[columns.unit] if columns.unit else "")
    if team_id is None:
        return None
    entry = row[columns.entry]
    if not 0 < len(entry) <= LONGEST_ENTRY:
        raise _Wrong(columns.entry, "not_an_id")
    if columns.deleted and row[columns.deleted] in layout.deleted_when:
        return Entry(team_id, entry)
    number, at = _number(row[columns.nhs_number], columns.nhs_number), _moment(row, layout)
    happened_on = day_in_england(at)
    if happened_on > today:
        raise _Wrong(columns.happened_at, "in_the_future")
    return Entry(team_id, entry, number, happened_on, at if layout.tells_the_time else None)


def _number(text: str, column: str) -> str:
    if not text:
        raise _Wrong(column, "no_nhs_number")
    try:
        return NUMBER.validate_python(text)
    except ValidationError as error:
        raise _Wrong(column, "not_an_nhs_number") from error


def _moment(row: dict[str, str], layout: Layout) -> datetime:
    try:
        return layout.moment(row[layout.columns.happened_at])
    except (ValueError, OverflowError) as error:
        raise _Wrong(layout.columns.happened_at, "not_a_date") from error
