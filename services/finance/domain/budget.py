"""Pooled budgets: what each partner pledged, and where the team stands against it (NHS Act 2006, s 75)."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any, Self
from uuid import UUID, uuid5

from pydantic import Field as Shape
from pydantic import field_validator, model_validator
from sqlalchemy import CheckConstraint
from sqlmodel import Field

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned
from services.common.types import Day, Input, Name, NewId, Pence
from services.finance.domain.base import PENCE, Base, half_up

# Fewer days than two weeks say nothing about a year.
FORECAST_FROM_DAY = 14

Months = Annotated[int, Shape(strict=True, ge=1, le=120)]
Pledge = Annotated[int, Shape(strict=True, ge=1, le=10**12)]


class NewContribution(Input):
    """What one partner puts in, in pence. A pledge is not yet an invoice, nor an invoice a payment."""

    id: NewId
    party: Name
    pledged_pence: Pledge
    invoiced_pence: Pence = 0
    paid_pence: Pence = 0

    @model_validator(mode="after")
    def _within_the_pledge(self) -> Self:
        if max(self.invoiced_pence, self.paid_pence) > self.pledged_pence:
            raise ValueError("invoiced and paid cannot be more than what was pledged")
        return self


class NewBudget(Input):
    """A budget of whole months from its first day. Its total is the sum of what its partners pledged."""

    id: NewId
    team_id: UUID
    name: Name
    starts_on: Day
    months: Months
    contributions: list[NewContribution] = Shape(min_length=1, max_length=50)

    @field_validator("contributions")
    @classmethod
    def _each_party_once(cls, contributions: list[NewContribution]) -> list[NewContribution]:
        if len({contribution.party.casefold() for contribution in contributions}) != len(contributions):
            raise ValueError("name each party once")
        return contributions


class Invoiced(Input):
    """How much a partner has been invoiced for in all so far, in pence."""

    invoiced_pence: Pence


class Paid(Input):
    """How much a partner has paid in all so far, in pence."""

    paid_pence: Pence


class BudgetOverlaps(Conflict):
    """A team has one budget on any day, so that no cost can be counted against two."""

    field = "/body/starts_on"
    way_out = "Start this budget after the other one ends, or look at the team's budgets to see which days are taken."

    def __init__(self) -> None:
        super().__init__("The team already has a budget on some of these days.")


class MoreThanPledged(Unprocessable):
    """A partner is neither asked for nor pays more than it pledged; a larger share is a new agreement."""

    field = "/body"
    way_out = "Correct the amount: it is the sum so far, in pence, and at most what the party pledged."

    def __init__(self, field: str) -> None:
        super().__init__("This is more than the party pledged.", field=f"/body/{field}")


class Budget(TeamOwned, Base, table=True):
    """The money of one team for a number of months, from several partners. Both end days belong to it."""

    name: str
    months: int
    starts_on: date
    ends_on: date

    @classmethod
    def agreed(cls, new: NewBudget, now: datetime) -> Self:
        ends_on = last_day(new.starts_on, new.months)
        return cls(**new.model_dump(exclude={"contributions"}), ends_on=ends_on, changed_at=now)

    def covers(self, on: date) -> bool:
        return self.starts_on <= on <= self.ends_on

    def day_source(self, on: date) -> UUID:
        """A name for one day of this budget, the same whenever it is asked for."""
        return uuid5(self.id, on.isoformat())


class Contribution(TeamOwned, Base, table=True):
    """One partner's share of a budget, in pence."""

    budget_id: UUID = Field(foreign_key="budget.id", index=True)
    position: int
    party: str
    pledged_pence: int = Field(sa_type=PENCE)
    invoiced_pence: int = Field(sa_type=PENCE)
    paid_pence: int = Field(sa_type=PENCE)

    @classmethod
    def to(cls, budget: Budget, new: NewContribution, position: int) -> Self:
        about: dict[str, Any] = {"budget_id": budget.id, "team_id": budget.team_id, "position": position}
        return cls(**new.model_dump(), **about, changed_at=budget.changed_at)

    @property
    def unpaid_pence(self) -> int:
        return self.pledged_pence - self.paid_pence

    @property
    def unpaid(self) -> bool:
        return self.unpaid_pence > 0

    def invoiced(self, invoiced: Invoiced, now: datetime) -> None:
        """Raises `MoreThanPledged`."""
        if invoiced.invoiced_pence > self.pledged_pence:
            raise MoreThanPledged("invoiced_pence")
        self.invoiced_pence, self.changed_at = invoiced.invoiced_pence, now

    def paid(self, paid: Paid, now: datetime) -> None:
        """Raises `MoreThanPledged`."""
        if paid.paid_pence > self.pledged_pence:
            raise MoreThanPledged("paid_pence")
        self.paid_pence, self.changed_at = paid.paid_pence, now


@dataclass(frozen=True)
class Statement:
    """Where a budget stands at the end of one day, in pence. `expected` is an even spend over all its days."""

    as_of: date
    days_all: int
    days_gone: int
    total_pence: int
    spent_pence: int
    remaining_pence: int
    expected_pence: int
    forecast_pence: int | None


def statement(budget: Budget, contributions: Sequence[Contribution], spent: int, as_of: date) -> Statement:
    """The forecast carries the spend so far on at the same pace to the last day; there is none before day 14."""
    days_all = (budget.ends_on - budget.starts_on).days + 1
    days_gone = min(max((as_of - budget.starts_on).days + 1, 0), days_all)
    total = sum(contribution.pledged_pence for contribution in contributions)
    enough = days_gone >= FORECAST_FROM_DAY
    return Statement(
        as_of=as_of,
        days_all=days_all,
        days_gone=days_gone,
        total_pence=total,
        spent_pence=spent,
        remaining_pence=total - spent,
        expected_pence=half_up(Fraction(total * days_gone, days_all)),
        forecast_pence=half_up(Fraction(spent * days_all, days_gone)) if enough else None,
    )


def budget_on(budgets: Iterable[Budget], team_id: UUID, on: date) -> Budget | None:
    return next((budget for budget in budgets if budget.team_id == team_id and budget.covers(on)), None)


def last_day(starts_on: date, months: int) -> date:
    """The day before the same day of the month, so many months later; a shorter month ends it on its own last day."""
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    if starts_on.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, starts_on.day) - timedelta(days=1)


for check in (
    CheckConstraint("pledged_pence > 0", name="contribution_pledged_positive"),
    CheckConstraint("invoiced_pence between 0 and pledged_pence", name="contribution_invoiced_within_pledge"),
    CheckConstraint("paid_pence between 0 and pledged_pence", name="contribution_paid_within_pledge"),
):
    Contribution.__table__.append_constraint(check)  # type: ignore[attr-defined]
