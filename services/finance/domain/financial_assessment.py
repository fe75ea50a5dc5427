"""The council's means test of one client: asked for, and what came of it. The council decides it, and nobody here."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Code, Day, Input, NewId
from services.finance.domain.base import PENCE, Base
from services.finance.domain.reablement import ReablementDecision, ReablementEpisode


class AssessmentState(StrEnum):
    ASKED = "asked"
    DONE = "done"


class Outcome(StrEnum):
    """Who pays for social care after the free days (Care Act 2014, s 17)."""

    COUNCIL_PAYS = "council_pays"
    CONTRIBUTES = "contributes"
    SELF_FUNDS = "self_funds"


class NewFinancialAssessment(Input):
    id: NewId
    reablement_id: UUID


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


class NoFinancialAssessmentDecided(Conflict):
    """A means test is asked for when the team has decided, with the client, that social care goes on."""

    field = "/body/reablement_id"
    way_out = "Have the team decide financial_assessment for this reablement first."

    def __init__(self) -> None:
        super().__init__("No financial assessment was decided for this reablement.")


class AlreadyAsked(Conflict):
    field = "/body/reablement_id"
    way_out = "Read the assessment that was asked for; its outcome is recorded there."

    def __init__(self) -> None:
        super().__init__("A financial assessment has been asked for already.")


class OutcomeAlreadyRecorded(Conflict):
    field = "/path/assessment_id"
    way_out = "Read the assessment: what the council decided is there."

    def __init__(self) -> None:
        super().__init__("The outcome of this financial assessment has been recorded.")


class ChargedInFreeDays(Unprocessable):
    """Nothing is charged for in the free days of reablement (SI 2014/2672, reg 3)."""

    field = "/body/from_on"
    way_out = "Give a day after the last free day of the reablement."

    def __init__(self) -> None:
        super().__init__("The outcome would count in the free days of reablement.")


class FinancialAssessment(TeamOwned, Base, table=True):
    """One means test, asked for when reablement ended. `weekly_pence` is what the client pays towards social care."""

    client_id: UUID
    reablement_id: UUID = Field(foreign_key="reablement_episode.id")
    state: str = AssessmentState.ASKED
    asked_on: date
    outcome: str | None = None
    weekly_pence: int | None = Field(default=None, sa_type=PENCE)
    from_on: date | None = None
    council_ref: str | None = None

    @classmethod
    def asked(cls, new: NewFinancialAssessment, episode: ReablementEpisode, today: date, now: datetime) -> Self:
        """Raises `NoFinancialAssessmentDecided`."""
        if episode.decision != ReablementDecision.FINANCIAL_ASSESSMENT:
            raise NoFinancialAssessmentDecided
        about: dict[str, Any] = {"team_id": episode.team_id, "client_id": episode.client_id}
        return cls(id=new.id, reablement_id=episode.id, asked_on=today, changed_at=now, **about)

    def came_out(self, outcome: AssessmentOutcome, last_free_day_on: date, now: datetime) -> None:
        """Raises `OutcomeAlreadyRecorded` or `ChargedInFreeDays`."""
        if self.state == AssessmentState.DONE:
            raise OutcomeAlreadyRecorded
        if outcome.from_on <= last_free_day_on:
            raise ChargedInFreeDays
        self.state, self.changed_at = AssessmentState.DONE, now
        self.outcome, self.weekly_pence = outcome.outcome, outcome.weekly_pence
        self.from_on, self.council_ref = outcome.from_on, outcome.council_ref


only_states(FinancialAssessment, "state", AssessmentState)
only_states(FinancialAssessment, "outcome", Outcome)
for check in (
    CheckConstraint(
        "(state = 'done') = (outcome is not null)"
        " and (outcome is null) = (from_on is null) and (outcome is null) = (council_ref is null)",
        name="financial_assessment_done_wholly",
    ),
    CheckConstraint(
        "(coalesce(outcome, '') = 'contributes') = (weekly_pence is not null)",
        name="financial_assessment_contribution",
    ),
    CheckConstraint("weekly_pence > 0", name="financial_assessment_weekly_pence_positive"),
):
    FinancialAssessment.__table__.append_constraint(check)  # type: ignore[attr-defined]
Index("one_financial_assessment_per_reablement", col(FinancialAssessment.reablement_id), unique=True)
Index("ix_financial_assessment_client_day", col(FinancialAssessment.client_id), col(FinancialAssessment.from_on))
