"""Rates: pay, on-costs and limits of law as dated data, each with where it was found and how sure that is."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from services.common.errors import Conflict
from services.common.models import Stored, only_states
from services.finance.domain.base import PENCE, Base


class RateKind(StrEnum):
    """What a rate is about. The key says which one of its kind, such as `5.top` or `free_days`."""

    AFC_ANNUAL_PAY = "afc_annual_pay"
    EMPLOYER_ON_COST = "employer_on_cost"
    WORKING_TIME = "working_time"
    REABLEMENT = "reablement"


class Unit(StrEnum):
    PENCE = "pence"
    BASIS_POINTS = "basis_points"
    DAYS = "days"
    MINUTES = "minutes"
    THOUSANDTHS_OF_A_WEEK = "thousandths_of_a_week"


class RateStatus(StrEnum):
    """Found in the named source, worked out from one, or still to be checked against one."""

    SOURCED = "sourced"
    DERIVED = "derived"
    TO_BE_CONFIRMED = "to_be_confirmed"


class NoRateInForce(Conflict):
    """A sum is worked out only with the rate of its day, never with a neighbouring one."""

    field = "/query/on"
    way_out = "Load the rate for this day with its source, and send this again."

    def __init__(self, kind: RateKind) -> None:
        super().__init__(f"No {kind.replace('_', ' ')} rate is in force on this day.")


class Rate(Stored, Base, table=True):
    """One amount, in its unit, from one day to another, both included, or until something replaces it."""

    __table_args__ = (
        UniqueConstraint("kind", "key", "effective_from", name="rate_kind_key_effective_from"),
        CheckConstraint("amount > 0", name="rate_amount_positive"),
        CheckConstraint("effective_to >= effective_from", name="rate_ends_after_it_starts"),
    )

    kind: str
    key: str
    amount: int = Field(sa_type=PENCE)
    unit: str
    effective_from: date
    effective_to: date | None = None
    source: str
    status: str

    def is_in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


def in_force(rates: Iterable[Rate], kind: RateKind, on: date) -> dict[str, Rate]:
    """The rates of one kind on this day, by key."""
    return {rate.key: rate for rate in rates if rate.kind == kind and rate.is_in_force(on)}


only_states(Rate, "kind", RateKind)
only_states(Rate, "unit", Unit)
only_states(Rate, "status", RateStatus)
