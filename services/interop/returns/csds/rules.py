"""What a row has to keep before it is returned, as the national checks would hold it, and whoever hangs on it too."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from nhs_number.validate import is_valid

from services.interop.returns.csds.tables import BY_NAME, Field, Table
from services.interop.returns.rows import Fault, Period, Row, Rule

MANDATORY = Rule(
    "csds_mandatory",
    "A mandatory field is empty.",
    "Record what is missing where the fact was recorded; of a code, agree which national one stands for our word.",
)
LENGTH = Rule("csds_length", "A value is longer or shorter than the field takes.", "Put the value right at its source.")
CODE = Rule(
    "csds_code_list",
    "A code is not on the national list.",
    "Have the table of national codes put right, from the day on which the code holds.",
)
DAY = Rule("csds_date", "A date is no date.", "Put the date right where the fact was recorded.")
LATE = Rule(
    "csds_after_period",
    "A date lies after the reporting period.",
    "Ask for the month in which it happened; nothing that is to come is returned.",
)
TO_COME = Rule(
    "csds_to_come",
    "A contact is still to come.",
    "Put right when it was; CSDS v1.6 takes no appointment in the future.",
)
OUTSIDE = Rule(
    "csds_outside_period", "A contact lies outside the reporting period.", "Ask for the month in which it happened."
)
EARLY = Rule(
    "csds_before_referral",
    "A contact lies before its referral was received.",
    "Put right when the referral was received, or on which referral the contact hangs.",
)
UNEXPLAINED = Rule(
    "csds_closed_without_reason",
    "A referral is closed or turned down without a reason that has a national code.",
    "Record why care ended, or agree which national code stands for the team's word.",
    refuses=False,
)
NUMBER = Rule(
    "csds_nhs_number",
    "The NHS number fails its check digit, or does not go with its status.",
    "Have the number traced, and put it and its status right in the client's record.",
)
TWICE = Rule("csds_twice", "A key is there twice.", "Quote the return to support: two records have one identifier.")
ORPHAN = Rule(
    "csds_parent",
    "What the row hangs on is not in the return.",
    "Put right what keeps the parent out, told among these faults; the row then comes along.",
)
UNTOLD = Rule(
    "csds_untold",
    "Interop has not heard how a contact took place, nor its segments.",
    "Have interop's read models made again: heatshield events rebuild interop.",
    refuses=False,
)
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Status indicator codes that go with a number, and those that go with none.
WITH_NUMBER, WITHOUT = frozenset({"01", "02", "03", "05"}), frozenset({"04", "06", "07", "08"})


@dataclass
class Checker:
    """Looks at the rows of one client after another; it keeps what it saw of one client alone."""

    period: Period
    today: date
    _kept: dict[tuple[str, str], Row] = field(default_factory=dict)

    def begin(self) -> None:
        """Another client: nothing of theirs hangs on what was there before."""
        self._kept.clear()

    def looked_at(self, rows: Iterable[Row]) -> Iterator[tuple[Row, list[Fault], bool]]:
        """Each row with its faults, and whether it stays in the return. Parents come first."""
        for row in rows:
            table = BY_NAME[row.table]
            faults = [*self._of_fields(table, row), *self._of_row(table, row)]
            stays = not any(fault.rule.refuses for fault in faults)
            if stays and table.key is not None:
                self._kept[row.table, row.values[table.key]] = row
            yield row, faults, stays

    def _of_fields(self, table: Table, row: Row) -> Iterator[Fault]:
        for one in table.fields:
            value = row.values.get(one.name, "")
            rule = MANDATORY if not value and one.is_mandatory else _broken(one, value) if value else None
            if rule is None and one.is_date and value > self.period.to_on.isoformat():
                rule = LATE
            if rule is not None:
                yield Fault(rule, row, one.name)

    def _of_row(self, table: Table, row: Row) -> Iterator[Fault]:
        if table.key is not None and (row.table, row.values[table.key]) in self._kept:
            yield Fault(TWICE, row, table.key)
        for parent, column in table.parents:
            if (parent, row.values[column]) not in self._kept:
                yield Fault(ORPHAN, row, column)
        match row.table:
            case "CYP001MPI":
                yield from _of_number(row)
            case "CYP102ServiceTypeReferredTo":
                yield from _of_ending(row)
            case "CYP201CareContact":
                yield from self._of_contact(row)

    def _of_contact(self, row: Row) -> Iterator[Fault]:
        day = row.values["Contact_Date"]
        if day < self.period.from_on.isoformat():
            yield Fault(OUTSIDE, row, "Contact_Date")
        if not row.values["ConsMechanism"]:
            yield Fault(UNTOLD, row, "ConsMechanism")
        if day > self.today.isoformat():
            yield Fault(TO_COME, row, "Contact_Date")
        referral = self._kept.get(("CYP101Referral", row.values["ServiceRequestID"]))
        if referral is not None and day < referral.values["ReferralRequest_ReceivedDate"]:
            yield Fault(EARLY, row, "Contact_Date")


def _broken(one: Field, value: str) -> Rule | None:
    """The first rule that a value which is there breaks."""
    if one.is_date and not _is_day(value):
        return DAY
    if not one.least <= len(value) <= one.most:
        return LENGTH
    return CODE if one.codes and value not in one.codes else None


def _is_day(value: str) -> bool:
    try:
        return A_DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _of_number(row: Row) -> Iterator[Fault]:
    number, status = row.values["NHSNumber"], row.values["NHSNumber_Status"]
    if number and not (is_valid(number) and status in WITH_NUMBER):
        yield Fault(NUMBER, row, "NHSNumber")
    if not number and status not in WITHOUT:
        yield Fault(NUMBER, row, "NHSNumber_Status")


def _of_ending(row: Row) -> Iterator[Fault]:
    for day, reason in (
        ("Referral_ClosureDate", "Referral_ClosureReason"),
        ("Referral_RejectionDate", "Referral_RejectionReason"),
    ):
        if row.values[day] and not row.values[reason]:
            yield Fault(UNEXPLAINED, row, reason)
