"""Printing: columns that line up and are never cut, so that an id can be copied; or JSON lines for a program."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer

Row = Sequence[object]
# A length of time in the largest unit of which there are at least two.
UNITS = (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0))


def table(heads: Sequence[str], rows: Iterable[Row]) -> None:
    """Each row in a line under these heads."""
    cells = [tuple(_shown(cell) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for line in (heads, *cells):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def json_lines(items: Iterable[Mapping[str, Any]]) -> None:
    for item in items:
        typer.echo(json.dumps(item, ensure_ascii=False))


def note(text: str) -> None:
    """A word beside the result, which a program that reads it does not see."""
    typer.echo(text, err=True)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock(at: datetime) -> str:
    """The instant in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")


def ms_between(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds() * 1000, 1)


def length(seconds: float) -> str:
    """How long, for a person: `12 ms`, `3.4 s`, `5 min`."""
    sign, size = "-" if seconds < 0 else "", abs(seconds)
    for unit, worth in UNITS:
        if size >= 2 * worth:
            return f"{sign}{size / worth:.{1 if unit == 's' else 0}f} {unit}"
    return f"{sign}{size * 1000:.0f} ms"


def age(since: str) -> str:
    return length((datetime.now(UTC) - instant(since)).total_seconds())


def _shown(cell: object) -> str:
    text = "-" if cell is None else str(cell)
    return "".join(letter if letter.isprintable() else " " for letter in text)
