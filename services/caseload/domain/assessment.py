"""The integrated assessment: Omaha problems and Care Act outcomes in one form, read as nursing or as Care Act."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.omaha import NewProblem
from services.common.errors import Conflict
from services.common.models import TeamOwned, only_states
from services.common.types import Input, NewId, PastDay, Words


class CareActOutcome(StrEnum):
    """The ten outcomes of SI 2015/313, regulation 2(2)."""

    NUTRITION = "nutrition"
    HYGIENE = "hygiene"
    TOILET = "toilet"
    CLOTHING = "clothing"
    HOME_SAFETY = "home_safety"
    HABITABLE_HOME = "habitable_home"
    RELATIONSHIPS = "relationships"
    WORK_AND_LEARNING = "work_and_learning"
    COMMUNITY = "community"
    CARING_FOR_A_CHILD = "caring_for_a_child"


class Ability(StrEnum):
    """How far an outcome is achieved; all but the first count as unable (SI 2015/313, regulation 2(3))."""

    ABLE = "able"
    ONLY_WITH_HELP = "only_with_help"
    WITH_PAIN_OR_DISTRESS = "with_pain_or_distress"
    ENDANGERS_HEALTH_OR_SAFETY = "endangers_health_or_safety"
    TAKES_MUCH_LONGER = "takes_much_longer"


class OutcomeFinding(Input):
    outcome: CareActOutcome
    ability: Ability
    words: Words | None = None


class CareActPart(Input):
    """What the Care Act asks: needs from an impairment or illness, the outcomes, and the effect on wellbeing."""

    needs_from_impairment: bool
    findings: list[OutcomeFinding] = Shape(max_length=10)
    significant_impact: bool

    @field_validator("findings")
    @classmethod
    def _each_once(cls, findings: list[OutcomeFinding]) -> list[OutcomeFinding]:
        if len({finding.outcome for finding in findings}) != len(findings):
            raise ValueError("name each outcome once")
        return findings

    @property
    def unable(self) -> list[CareActOutcome]:
        return [finding.outcome for finding in self.findings if finding.ability is not Ability.ABLE]

    def is_eligible(self, outcomes_unable: int) -> bool:
        """All three conditions of regulation 2(1). The council decides; this is the team's finding."""
        return self.needs_from_impairment and len(self.unable) >= outcomes_unable and self.significant_impact


class NewAssessment(Input):
    """One form for health and social care. Problems that the client has already are rated again, not found again."""

    id: NewId
    episode_of_care_id: UUID
    assessed_on: PastDay
    what_matters: Words
    problems: list[NewProblem] = Shape(max_length=42)
    care_act: CareActPart
    carer: Words | None = None
    home: Words | None = None
    money: Words | None = None
    capacity: Words | None = None

    @field_validator("problems")
    @classmethod
    def _each_problem_once(cls, problems: list[NewProblem]) -> list[NewProblem]:
        if len({problem.code for problem in problems}) != len(problems):
            raise ValueError("name each problem once")
        return problems


class AssessmentStatus(StrEnum):
    STARTED = "started"
    COMPLETE = "complete"


class AssessmentAlreadyComplete(Conflict):
    """A complete assessment is a record of its day."""

    field = "/path/assessment_id"
    way_out = "Start a new assessment; both stay in the record."

    def __init__(self) -> None:
        super().__init__("This assessment is already complete.")


class Assessment(TeamOwned, Base, table=True):
    """What was found, on which day, by whom (FHIR QuestionnaireResponse)."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    assessed_on: date
    assessed_by: UUID | None
    what_matters: str
    care_act: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    eligible: bool
    carer: str | None = None
    home: str | None = None
    money: str | None = None
    capacity: str | None = None
    status: str = AssessmentStatus.STARTED

    @classmethod
    def made(
        cls, new: NewAssessment, episode: EpisodeOfCare, outcomes_unable: int, by: UUID | None, now: datetime
    ) -> Self:
        kept = new.model_dump(exclude={"problems", "care_act"})
        return cls(
            **kept,
            client_id=episode.client_id,
            team_id=episode.team_id,
            assessed_by=by,
            care_act=new.care_act.model_dump(mode="json"),
            eligible=new.care_act.is_eligible(outcomes_unable),
            changed_at=now,
        )

    def complete(self, now: datetime) -> None:
        """Raises `AssessmentAlreadyComplete`."""
        if self.status == AssessmentStatus.COMPLETE:
            raise AssessmentAlreadyComplete
        self.status, self.changed_at = AssessmentStatus.COMPLETE, now


only_states(Assessment, "status", AssessmentStatus)
