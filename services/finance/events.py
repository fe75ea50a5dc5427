"""What finance tells the others. Additive changes only; a breaking change is a new version beside the old."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class ReablementStarted(Event):
    name: ClassVar[str] = "finance.reablement.started.v1"

    reablement_id: UUID
    client_id: UUID
    episode_of_care_id: UUID
    team_id: UUID
    started_on: date
    last_free_day_on: date
    decision_due_on: date


class ActivityCosted(Event):
    """What a contact costs now, in place of what was told before; None where it waits again."""

    name: ClassVar[str] = "finance.activity.costed.v1"
    key: ClassVar[tuple[str, ...]] = ("care_contact_id",)

    care_contact_id: UUID
    team_id: UUID
    cost_pence: int | None
    minutes: int
    costed_at: datetime


class ReablementEnding(Event):
    """The day of decision has come: the free days end soon, and nobody has said what follows."""

    name: ClassVar[str] = "finance.reablement.ending.v1"

    reablement_id: UUID
    client_id: UUID
    team_id: UUID
    last_free_day_on: date
    decision_due_on: date


class FinancialAssessmentAsked(Event):
    """The council's means test was asked for. What it finds out is the council's, and is told to nobody."""

    name: ClassVar[str] = "finance.financial_assessment.asked.v1"

    financial_assessment_id: UUID
    reablement_id: UUID
    client_id: UUID
    team_id: UUID
    last_free_day_on: date
    asked_on: date
