"""DHSC's own checks of CLD, field by field: a status that says if it is mandatory, and a result of what is there."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from services.interop.returns.cld import fields as cld
from services.interop.returns.cld.fill import TABLE
from services.interop.returns.rows import Fault, Period, Row, Rule

# Field status: mandatory, applicable, not applicable.
IS_MANDATORY, IS_APPLICABLE, IS_NOT_APPLICABLE = 2, 1, 0
# Field result: passed; blank, which may be; and DHSC's failures.
VALID, BLANK, MISSING, INVALID, OF_RELEASE_1 = 1, 0, -1, -2, -7
RESULTS = {
    MISSING: Rule("cld_blank", "Failed: Blank (Mandatory).", "Record what is missing, or have the client share it."),
    INVALID: Rule("cld_invalid", "Failed: Invalid.", "Put the value right at its source, or the national code for it."),
    OF_RELEASE_1: Rule("cld_release_1", "Failed: Release 1.", "Have the code of release 2 put in the national codes."),
}
NOBODY = Rule(
    "cld_no_person",
    "The row names nobody whom the council knows; DHSC drops such rows.",
    "Have the client share council_ref, or the social worker put the council's id of the case right.",
)
BACKWARDS = Rule("cld_ends_before_start", "The event ends before it starts.", "Put right when it began or ended.")
TWICE = Rule("cld_twice", "The same event is there twice by DHSC's key.", "Put right which of the two is meant.")
DROPPED = Rule(
    "cld_open_service_absent",
    "A service that was open in the last file is not in this one; DHSC takes it as ended with the period.",
    "If it goes on, put right what keeps it out, told among these faults, or whether the client still shares it.",
    refuses=False,
)


def status(name: str, row: Row) -> int:
    """Whether a field is mandatory for this row's event."""
    event = row.values.get("Event_Type", "")
    if name in cld.MANDATORY.get(event, cld.ALWAYS):
        return IS_MANDATORY
    if name == "Event_Outcome" and row.values.get("Event_End_Date"):
        return IS_MANDATORY
    is_of_other = (name.startswith("Service_") and event != cld.SERVICE) or (
        name.startswith("Review_") and event != cld.REVIEW
    )
    return IS_NOT_APPLICABLE if is_of_other else IS_APPLICABLE


def result(name: str, row: Row) -> int:
    """What DHSC would say of the value that is there."""
    value = row.values.get(name, "")
    if not value:
        return MISSING if status(name, row) == IS_MANDATORY else BLANK
    if value in cld.RELEASE_1.get(name, ()):
        return OF_RELEASE_1
    known = {code.casefold() for code in cld.CODES.get(name, ())}
    is_wrong = (known and value.casefold() not in known) or (name in cld.DATES and not _is_day(value))
    return INVALID if is_wrong else VALID


@dataclass
class Checker:
    """Looks at every row of a file once; `_open` are the services of the file before that had no end."""

    period: Period
    _open: dict[tuple[str, ...], None] = field(default_factory=dict)
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def remember(self, lines: Iterable[str]) -> None:
        """The services that were open in the last file, from its lines."""
        for line in csv.DictReader(lines):
            if line["Event_Type"] == cld.SERVICE and not line["Event_End_Date"]:
                self._open[tuple(line[name] for name in cld.KEY)] = None

    def begin(self) -> None:
        """Another client."""
        self._seen.clear()

    def looked_at(self, rows: Iterable[Row]) -> Iterator[tuple[Row, list[Fault], bool]]:
        """Each row with its faults, and whether it stays."""
        for row in rows:
            key = tuple(row.values.get(name, "") for name in cld.KEY)
            faults = [*self._of(row, key)]
            self._seen.add(key)
            stays = not any(fault.rule.refuses for fault in faults)
            if stays:
                self._open.pop(key, None)
            yield row, faults, stays

    def _of(self, row: Row, key: tuple[str, ...]) -> Iterator[Fault]:
        for name in cld.FIELDS:
            found = result(name, row)
            if found < 0:
                nobody = name == "LA_Person_Unique_Identifier"
                yield Fault(NOBODY if nobody else RESULTS[found], row, name)
        ended = row.values.get("Event_End_Date", "")
        if ended and ended < row.values.get("Event_Start_Date", ""):
            yield Fault(BACKWARDS, row, "Event_End_Date")
        if key in self._seen:
            yield Fault(TWICE, row, "Event_Start_Date")

    def dropped(self) -> Iterator[Fault]:
        """Services that were open in the last file and are told of no more."""
        for key in self._open:
            told = dict(zip(cld.KEY, key, strict=True))
            yield Fault(DROPPED, Row(TABLE, "", told, ()), "Event_End_Date")


def _is_day(value: str) -> bool:
    try:
        return len(value) == len("2026-01-31") and bool(date.fromisoformat(value))
    except ValueError:
        return False
