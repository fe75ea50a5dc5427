"""What the drills have measured, and the table of it that is printed when the tests are over."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

DRILLED = "drilled"
COLUMNS = "{:34} {:42} {}"


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    drill: str
    target: str
    measured: str


ROWS: list[Row] = []


def told(drill: str, target: str, measured: str) -> None:
    """Keep a line. It is kept before it is looked at, so that what was missed is in the table too."""
    ROWS.append(Row(drill, target, measured))


def drilled(reports: Sequence[pytest.TestReport]) -> Iterator[str]:
    """The table in lines, from whichever worker tells it; none where nothing was drilled."""
    rows = [
        Row(**json.loads(str(value)))
        for one in reports
        if one.when == "teardown"
        for name, value in one.user_properties
        if name == DRILLED
    ]
    if rows:
        yield COLUMNS.format("drill", "target", "measured")
        yield from (COLUMNS.format(row.drill, row.target, row.measured) for row in rows)
