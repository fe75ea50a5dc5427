"""What the council's means test came out with: outcomes that count from a day on, kept when another corrects them.

They belong to one episode of care. Each counts until the next begins, and none after the episode of care.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.common.errors import Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Day, Input
from services.finance.domain.base import PENCE, Base


class Outcome(StrEnum):
    """Who pays for social care after the free days (Care Act 2014, s 17)."""

    COUNCIL_PAYS = "council_pays"
    CONTRIBUTES = "contributes"
    SELF_FUNDS = "self_funds"


class AssessmentOutcome(Input):
    """What the council wrote: from which day on, and by which reference it can be found there."""

    outcome: Outcome
    weekly_pence: Annotated[int, Shape(strict=True, ge=1, le=10**9)] | None = None
    from_on: Day
    council_ref: Code

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if (self.outcome is Outcome.CONTRIBUTES) != (self.weekly_pence is not None):
            raise ValueError("weekly_pence comes with the outcome contributes, and only with it")
        return self


class ChargedInFreeDays(Unprocessable):
    """Nothing is charged for in the free days of reablement (SI 2014/2672, reg 3)."""

    field = "/body/from_on"
    way_out = "Give a day after the last free day of the reablement."

    def __init__(self) -> None:
        super().__init__("The outcome would count in the free days of reablement.")


class ChargedAfterCare(Unprocessable):
    """A means test is of one episode of care; whoever comes back is asked about anew."""

    field = "/body/from_on"
    way_out = "Give a day on which the care went on, or ask for the financial assessment of the care that goes on now."

    def __init__(self) -> None:
        super().__init__("The outcome would begin after the episode of care has ended.")


class FinancialAssessmentOutcome(TeamOwned, Base, table=True):
    """One outcome from its first day on. `weekly_pence` is what the client pays towards social care.

    A correction has the same first day, and stands in its place.
    """

    client_id: UUID
    episode_of_care_id: UUID
    assessment_id: UUID = Field(foreign_key="financial_assessment.id")
    outcome: str
    weekly_pence: int | None = Field(default=None, sa_type=PENCE)
    from_on: date
    council_ref: str
    recorded_by: UUID | None
    recorded_at: datetime = Field(sa_type=INSTANT)
    superseded_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def recorded(cls, found: AssessmentOutcome, by: UUID | None, now: datetime, **of: Any) -> Self:
        said: dict[str, Any] = {**of, "recorded_by": by, "recorded_at": now, "changed_at": now}
        return cls(**found.model_dump(), **said)

    def supersede(self, now: datetime) -> None:
        self.superseded_at, self.changed_at = now, now


def require_chargeable(from_on: date, last_free_day_on: date, care_ended_on: date | None) -> None:
    """Raises `ChargedInFreeDays` or `ChargedAfterCare`."""
    if from_on <= last_free_day_on:
        raise ChargedInFreeDays
    if care_ended_on is not None and from_on > care_ended_on:
        raise ChargedAfterCare


@dataclass(frozen=True)
class Standing:
    """An outcome that nothing stands in the place of; its episode of care ended with `ends_on`, where it has ended."""

    assessment_id: UUID
    outcome: Outcome
    weekly_pence: int | None
    from_on: date
    ends_on: date | None = None

    @property
    def until_on(self) -> date:
        return self.ends_on or date.max


def counts_on(newest_first: Iterable[Standing], day: date) -> Standing | None:
    """The one outcome by which this day goes: of a client's that count on it, the one that began last."""
    return next((one for one in newest_first if one.from_on <= day <= one.until_on), None)


def last_day_of(newest_first: Iterable[Standing], assessment_id: UUID, from_on: date) -> date:
    """The last day of this assessment's outcome that begins on `from_on`: the day before the next, or with the care."""
    mine = [one for one in newest_first if one.assessment_id == assessment_id and one.from_on >= from_on]
    return min(one.until_on if one.from_on == from_on else one.from_on - timedelta(days=1) for one in mine)


only_states(FinancialAssessmentOutcome, "outcome", Outcome)
for check in (
    CheckConstraint(
        "(outcome = 'contributes') = (weekly_pence is not null)", name="financial_assessment_outcome_contribution"
    ),
    CheckConstraint("weekly_pence > 0", name="financial_assessment_outcome_weekly_pence_positive"),
):
    FinancialAssessmentOutcome.__table__.append_constraint(check)  # type: ignore[attr-defined]
Index(
    "one_financial_assessment_outcome_per_day",
    col(FinancialAssessmentOutcome.assessment_id),
    col(FinancialAssessmentOutcome.from_on),
    unique=True,
    postgresql_where=text("superseded_at is null"),
)
Index(
    "ix_financial_assessment_outcome_client_day",
    col(FinancialAssessmentOutcome.client_id),
    col(FinancialAssessmentOutcome.from_on),
)
