"""The books of the fault tests, and the table of them that is printed when the tests are over."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import pytest

SURVIVED = "survived"
COLUMNS = "{:44} {:>6} {:>12} {:>8} {:>5} {:>8} {:>7} {:>10}"


@dataclass(frozen=True)
class Books:
    """What became of what was acknowledged. All but the first two should be nought."""

    acknowledged: int
    applied: int
    lost: int
    doubled: int
    parked: int


@dataclass(frozen=True)
class Entry:
    """A line of the table."""

    fault: str
    rounds: int
    books: Books
    recovery_seconds: float


ENTRIES: list[Entry] = []


def table(reports: Sequence[pytest.TestReport]) -> Iterator[str]:
    """What was survived, in lines, from whichever worker tells it; none where nothing was hurt."""
    told = [
        value for one in reports if one.when == "teardown" for name, value in one.user_properties if name == SURVIVED
    ]
    entries = [Entry(**fields | {"books": Books(**fields["books"])}) for fields in map(json.loads, map(str, told))]
    if not entries:
        return
    yield "faults survived"
    yield COLUMNS.format("fault", "rounds", "acknowledged", "applied", "lost", "doubled", "parked", "recovery")
    for entry in entries:
        yield COLUMNS.format(entry.fault, entry.rounds, *astuple(entry.books), f"{entry.recovery_seconds:.1f} s")
    kills = sum(entry.rounds for entry in entries if "killed" in entry.fault)
    lost, doubled = sum(e.books.lost for e in entries), sum(e.books.doubled for e in entries)
    yield f"{kills} kills in all: {lost} lost, {doubled} doubled"
