"""Limits, shares and terms as dated data: each from a day on, with its source and how sure we are of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.common.errors import Unprocessable


class RuleStatus(StrEnum):
    """How far a figure can be relied on."""

    SOURCED = "sourced"
    DERIVED = "derived"
    TO_BE_CONFIRMED = "to_be_confirmed"


@dataclass(frozen=True)
class Rule:
    """`amount` in each `per`, in `unit`, in force from `from_on` until the next row of the same code."""

    code: str
    from_on: date
    amount: int
    per: int
    unit: str
    source: str
    status: str

    def share_of(self, whole: int) -> int:
        """The smallest number that is at least this share of the whole."""
        return -(-self.amount * whole // self.per)


class NoRuleInForce(Unprocessable):
    """A figure is never guessed for a day before its rule began."""

    field = "/query/as_of"
    way_out = "Ask about a later day; /v1/rules of this service lists from which day each rule is in force."

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"The rule {code} was not yet in force on that day.", field=field)


class NotAWholeMonth(Unprocessable):
    """Two periods of free choice, or one that still runs, could be taken from each other, and leave one person."""

    field = "/query/from_on"
    way_out = "Ask for one calendar month that is over, from its first day to its last."

    def __init__(self) -> None:
        super().__init__("Outside the team, figures are given by calendar month.")
