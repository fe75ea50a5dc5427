"""What an export says of itself: its format, each service's schema, and how many rows with which sum are in each file.

The form is described in docs/ops/backup.md; `FORMAT` is raised when a reader of the older form would be misled.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT = 1
MANIFEST, SUM = "manifest.json", "manifest.json.sha256"
CHUNK = 1 << 20


class Refused(Exception):
    """The export cannot be made or taken in. The message is one line that names the file, with the way out."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# Each becomes a part of a path.
Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(_Told):
    """One file: how many lines and bytes it has, and its SHA-256 in hex."""

    rows: int = Field(ge=0)
    size: int = Field(ge=0)
    sha256: Sha256


class ServicePart(_Told):
    """One service's rows: its schema's revision, its tables by name, and where its counters stand."""

    revision: str
    tables: dict[Name, Part]
    counters: dict[str, int]
    # The files that stand beside its database, by their index; None where it keeps none.
    files: Part | None = None


class Manifest(_Told):
    format: int
    exported_at: str
    services: dict[str, ServicePart]


class _Form(BaseModel):
    """What is asked first, of any format."""

    format: int


class Sum:
    """Counts what passes, and adds it up."""

    def __init__(self) -> None:
        self.rows, self.size, self._hash = 0, 0, hashlib.sha256()

    def add(self, data: bytes) -> None:
        self.rows += data.count(b"\n")
        self.size += len(data)
        self._hash.update(data)

    def part(self) -> Part:
        return Part(rows=self.rows, size=self.size, sha256=self._hash.hexdigest())


def table_path(folder: Path, service: str, table: str) -> Path:
    return folder / service / f"{table}.ndjson"


def index_path(folder: Path, service: str) -> Path:
    return folder / service / "files.index.ndjson"


def file_path(folder: Path, service: str, sha256: str) -> Path:
    """A file goes by its sum, as its own key may be no name for a file."""
    return folder / service / "files" / sha256


def write(folder: Path, manifest: Manifest) -> None:
    """The last that is written: an export without it is not whole."""
    told = manifest.model_dump_json(indent=2).encode() + b"\n"
    private(folder / MANIFEST).write_bytes(told)
    private(folder / SUM).write_text(f"{hashlib.sha256(told).hexdigest()}  {MANIFEST}\n", "utf-8")


def private(path: Path) -> Path:
    """A file for its owner alone."""
    path.touch(mode=0o600)
    return path


def read(folder: Path) -> Manifest:
    """Raises `Refused` for one that is damaged, was not written to its end, or is newer than this release."""
    told, kept = (_content(folder / name) for name in (MANIFEST, SUM))
    if kept.split()[:1] != [hashlib.sha256(told).hexdigest().encode()]:
        raise Refused(f"{folder / MANIFEST} is damaged: it has another sum than {SUM} says; fetch the export again")
    try:
        form = _Form.model_validate_json(told).format
        if form > FORMAT:
            raise Refused(f"{folder / MANIFEST} has format {form}, and this release reads {FORMAT}: use a newer one")
        return Manifest.model_validate_json(told)
    except ValidationError as error:
        raise Refused(f"{folder / MANIFEST} is no manifest of an export; fetch the export again") from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} is not there: the export was not written to its end; make it again") from error


def check(path: Path, told: Part) -> None:
    """Read a file through. Raises `Refused` where it is missing, cut off or damaged."""
    found = Sum()
    try:
        for chunk in _chunks(path):
            found.add(chunk)
    except OSError as error:
        raise Refused(f"{path} cannot be read: the export is incomplete; fetch it again") from error
    if found.size < told.size:
        raise Refused(f"{path} is cut off: {found.size} of {told.size} bytes are there; fetch it again")
    if found.part() != told:
        raise Refused(f"{path} is damaged: it has another sum than {MANIFEST} says; fetch it again")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
