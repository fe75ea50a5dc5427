"""The council's means test of one client: asked for, and done once it came out. The council decides it, nobody here."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned, only_states
from services.common.types import Input, NewId
from services.finance.domain.base import Base
from services.finance.domain.outcome import FinancialAssessmentOutcome
from services.finance.domain.reablement import ReablementDecision, ReablementEpisode


class AssessmentState(StrEnum):
    ASKED = "asked"
    DONE = "done"


class NewFinancialAssessment(Input):
    id: NewId
    reablement_id: UUID


class NoFinancialAssessmentDecided(Conflict):
    """A means test is asked for when the team has decided, with the client, that social care goes on."""

    field = "/body/reablement_id"
    way_out = "Have the team decide financial_assessment for this reablement first."

    def __init__(self) -> None:
        super().__init__("No financial assessment was decided for this reablement.")


class NothingToAssess(Conflict):
    """Social care does not go on after the episode of care, so there is nothing to pay for."""

    field = "/body/reablement_id"
    way_out = "Ask for it with the reablement of the care that goes on now, if there is one."

    def __init__(self) -> None:
        super().__init__("The episode of care of this reablement has ended.")


class AlreadyAsked(Conflict):
    field = "/body/reablement_id"
    way_out = "Read the assessment that was asked for; its outcome is recorded there."

    def __init__(self) -> None:
        super().__init__("A financial assessment has been asked for already.")


class FinancialAssessment(TeamOwned, Base, table=True):
    """One means test of one episode of care, asked for when its reablement ended; it is done with its first outcome."""

    client_id: UUID
    reablement_id: UUID = Field(foreign_key="reablement_episode.id")
    state: str = AssessmentState.ASKED
    asked_on: date

    @classmethod
    def asked(
        cls, new: NewFinancialAssessment, episode: ReablementEpisode, today: date, now: datetime, *, care_ended: bool
    ) -> Self:
        """Raises `NoFinancialAssessmentDecided` or `NothingToAssess`."""
        if episode.decision != ReablementDecision.FINANCIAL_ASSESSMENT:
            raise NoFinancialAssessmentDecided
        if care_ended:
            raise NothingToAssess
        about: dict[str, Any] = {"team_id": episode.team_id, "client_id": episode.client_id}
        return cls(id=new.id, reablement_id=episode.id, asked_on=today, changed_at=now, **about)

    def came_out(self, now: datetime) -> None:
        """With its first outcome, or with another."""
        self.state, self.changed_at = AssessmentState.DONE, now


# A means test with whatever came of it, in the order of first days.
Assessed = tuple[FinancialAssessment, list[FinancialAssessmentOutcome]]


only_states(FinancialAssessment, "state", AssessmentState)
Index("one_financial_assessment_per_reablement", col(FinancialAssessment.reablement_id), unique=True)
