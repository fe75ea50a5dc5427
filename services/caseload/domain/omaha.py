"""The Omaha System: problems, signs, ratings and interventions, by their published codes.

Martin KS (2005). The Omaha System: A Key to Practice, Documentation, and Information Management.
"""

import json
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, model_validator
from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.common.errors import Conflict
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Input, NewId, Words

EDITION = "2005"
TERMS: dict[str, Any] = json.loads(files(__package__).joinpath("omaha_2005.json").read_text("utf-8"))
PROBLEMS: dict[str, dict[str, Any]] = {problem["code"]: problem for problem in TERMS["problems"]}


def _known_problem(code: str) -> str:
    if code not in PROBLEMS:
        raise ValueError("is not an Omaha System 2005 problem code; see /caseload/v1/omaha/problems")
    return code


def _known_intervention(code: str) -> str:
    """An intervention is `CC.TT`: one of four categories and one of 76 targets."""
    category, _, target = code.partition(".")
    if category not in TERMS["categories"] or target not in TERMS["targets"]:
        raise ValueError("is not an Omaha System intervention: write category.target, such as 02.14")
    return code


# `26`, `26.01` and `02.14`.
LONGEST_CODE = 5
ProblemCode = Annotated[str, Shape(max_length=LONGEST_CODE), AfterValidator(_known_problem)]
InterventionCode = Annotated[str, Shape(max_length=LONGEST_CODE), AfterValidator(_known_intervention)]
SignCode = Annotated[str, Shape(max_length=LONGEST_CODE)]
Score = Annotated[int, Shape(strict=True, ge=1, le=5)]


class Ownership(StrEnum):
    INDIVIDUAL = "individual"
    FAMILY = "family"
    COMMUNITY = "community"


class ProblemType(StrEnum):
    HEALTH_PROMOTION = "health_promotion"
    POTENTIAL = "potential"
    ACTUAL = "actual"


class Occasion(StrEnum):
    ADMISSION = "admission"
    INTERIM = "interim"
    DISCHARGE = "discharge"


class NewRating(Input):
    """Knowledge, behaviour and status, each from 1 to 5, where 5 is always best."""

    id: NewId
    occasion: Occasion
    knowledge: Score
    behavior: Score
    status: Score


class NewProblem(Input):
    """One of the 42 problems as this client has it. Signs are recorded only where the problem is actual."""

    id: NewId
    code: ProblemCode
    ownership: Ownership = Ownership.INDIVIDUAL
    type: ProblemType = ProblemType.ACTUAL
    signs: list[SignCode] = Shape(default=[], max_length=30)
    words: Words | None = None
    rating: NewRating

    @model_validator(mode="after")
    def _signs_fit(self) -> Self:
        if self.signs and self.type is not ProblemType.ACTUAL:
            raise ValueError("signs belong to an actual problem only; leave them out or change the type")
        if not set(self.signs) <= set(PROBLEMS[self.code]["signs"]):
            raise ValueError(f"some signs are not those of problem {self.code}; see /caseload/v1/omaha/problems")
        if self.rating.occasion is not Occasion.ADMISSION:
            raise ValueError("the first rating of a problem is the one at admission")
        return self


class AdmissionRatingExists(Conflict):
    """A problem has one admission rating; what is rated later is interim or at discharge."""

    field = "/body/occasion"
    way_out = "Record this rating as interim, or as discharge when care ends."

    def __init__(self) -> None:
        super().__init__("This problem already has its admission rating.")


class ProblemAlreadyFound(Conflict):
    """A problem is found once in an episode of care, so that its ratings follow one another."""

    field = "/body/problems"
    way_out = "Leave out the problems that the client has already, and rate those again."

    def __init__(self) -> None:
        super().__init__("One of these problems was found before in this episode of care.")


class ClientProblem(TeamOwned, Base, table=True):
    """An Omaha problem of one client (FHIR Condition)."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    assessment_id: UUID = Field(foreign_key="assessment.id", index=True)
    code: str
    ownership: str
    type: str
    signs: list[SignCode] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    words: str | None = None

    @classmethod
    def found(cls, new: NewProblem, assessment_id: UUID, episode: EpisodeOfCare, now: datetime) -> Self:
        about: dict[str, Any] = {
            "assessment_id": assessment_id,
            "episode_of_care_id": episode.id,
            "client_id": episode.client_id,
            "team_id": episode.team_id,
            "changed_at": now,
        }
        return cls(**new.model_dump(exclude={"rating"}), **about)


class OmahaRating(Stored, Base, table=True):
    """One rating of one problem on one occasion, with the edition it was made under (FHIR Observation)."""

    __table_args__ = (
        Index("one_admission_rating", "problem_id", unique=True, postgresql_where=text("occasion = 'admission'")),
        CheckConstraint("least(knowledge, behavior, status) >= 1 and greatest(knowledge, behavior, status) <= 5"),
    )

    team_id: UUID
    problem_id: UUID = Field(foreign_key="client_problem.id", index=True)
    occasion: str
    knowledge: int
    behavior: int
    status: int
    edition: str = EDITION
    rated_by: UUID | None
    rated_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def of(cls, problem: ClientProblem, new: NewRating, by: UUID | None, at: datetime) -> Self:
        about: dict[str, Any] = {"team_id": problem.team_id, "problem_id": problem.id, "rated_by": by, "rated_at": at}
        return cls(**new.model_dump(), **about)


Index("one_problem_per_episode", col(ClientProblem.episode_of_care_id), col(ClientProblem.code), unique=True)
only_states(OmahaRating, "occasion", Occasion)
