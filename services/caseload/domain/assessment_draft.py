"""An assessment that is written in parts over several visits. Until it is complete, nothing of it counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.assessment import CareActOutcome, CareActPart, NewAssessment
from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.omaha import PROBLEMS, NewProblem
from services.caseload.domain.template import MOST_FORMS, Answers, TemplateVersion
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, Words, day_in_england


class Part(StrEnum):
    """The parts of one form for health and social care, in the order in which they are asked for."""

    WHAT_MATTERS = "what_matters"
    OMAHA = "omaha"
    CARE_ACT = "care_act"
    CARER = "carer"
    HOME = "home"
    MONEY = "money"
    CAPACITY = "capacity"
    FORMS = "forms"


class PartInWords(StrEnum):
    """The parts that are told in words."""

    WHAT_MATTERS = Part.WHAT_MATTERS
    CARER = Part.CARER
    HOME = Part.HOME
    MONEY = Part.MONEY
    CAPACITY = Part.CAPACITY


# What the team asks of its own is a part only where it has made it one.
ALWAYS = tuple(part for part in Part if part is not Part.FORMS)


class NewAssessmentDraft(Input):
    id: NewId
    episode_of_care_id: UUID


class SaidInWords(Input):
    """What was found; that it was asked and there is nothing to say is worth a line as well."""

    words: Words


class OmahaPart(Input):
    """The problems as found so far, each with the rating that counts once the assessment is complete."""

    problems: list[NewProblem] = Shape(max_length=42)

    @field_validator("problems")
    @classmethod
    def _each_once(cls, problems: list[NewProblem]) -> list[NewProblem]:
        if len({problem.code for problem in problems}) != len(problems):
            raise ValueError("name each problem once")
        return problems


class AnsweredForm(Input):
    """The answers to one of the team's own forms."""

    id: NewId
    template_version_id: UUID
    answers: Answers


class FormsPart(Input):
    forms: list[AnsweredForm] = Shape(min_length=1, max_length=MOST_FORMS)

    @field_validator("forms")
    @classmethod
    def _each_once(cls, forms: list[AnsweredForm]) -> list[AnsweredForm]:
        if len({form.template_version_id for form in forms}) != len(forms):
            raise ValueError("answer each form once")
        return forms


class DraftAlreadyComplete(Conflict):
    """What is complete is a record of its day."""

    field = "/path/draft_id"
    way_out = "Read the assessment, which has the same id; start a new draft for what has changed."

    def __init__(self) -> None:
        super().__init__("This assessment has been completed.")


class DraftDiscarded(Conflict):
    """What was discarded never counts; it stays to be read."""

    field = "/path/draft_id"
    way_out = "Begin a new draft."

    def __init__(self) -> None:
        super().__init__("This draft was discarded.")


class AssessmentIncomplete(Conflict):
    """Health and social care are one form: it is complete when every part of it was asked."""

    field = "/path/draft_id"
    way_out = "Read the draft: `missing` says what to ask. Where there is nothing to say, write that it was asked."

    def __init__(self, missing: Iterable["Missing"]) -> None:
        parts = ", ".join(dict.fromkeys(one.part.value for one in missing))
        super().__init__(f"Parts of this assessment are missing or not finished: {parts}.")


class DraftStatus(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Missing:
    """Something that is still to be asked; `of` names the outcomes or the forms, where only some are missing."""

    part: Part
    of: tuple[str, ...] = ()


class AssessmentDraft(TeamOwned, Base, table=True):
    """One assessment on its way, over as many visits as it takes."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    status: str = DraftStatus.DRAFT
    begun_by: UUID | None
    begun_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def begun(cls, new: NewAssessmentDraft, episode: EpisodeOfCare, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": episode.client_id, "team_id": episode.team_id, "begun_by": by}
        return cls(**new.model_dump(), **about, begun_at=now, changed_at=now)

    def require_open(self) -> None:
        """Raises `DraftAlreadyComplete` or `DraftDiscarded`."""
        if self.status == DraftStatus.COMPLETE:
            raise DraftAlreadyComplete
        if self.status == DraftStatus.DISCARDED:
            raise DraftDiscarded

    def discard(self, now: datetime) -> None:
        """It was begun by mistake, or can be completed no more. Raises `DraftAlreadyComplete` or `DraftDiscarded`."""
        self.require_open()
        self.status, self.changed_at = DraftStatus.DISCARDED, now

    def complete(self, missing: list[Missing], now: datetime) -> None:
        """Raises `DraftAlreadyComplete` or `AssessmentIncomplete`."""
        self.require_open()
        if missing:
            raise AssessmentIncomplete(missing)
        self.status, self.changed_at = DraftStatus.COMPLETE, now


class AssessmentPart(TeamOwned, Base, table=True):
    """One part of a draft, with whoever wrote it last. Its version keeps two nurses from writing over one another."""

    client_id: UUID = Field(foreign_key="client.id")
    assessment_draft_id: UUID = Field(foreign_key="assessment_draft.id", index=True)
    part: str
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    written_by: UUID | None
    written_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def of(cls, draft: AssessmentDraft, part: Part, content: Input, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": draft.team_id, "client_id": draft.client_id, "part": part}
        written: dict[str, Any] = {"written_by": by, "written_at": now, "changed_at": now}
        return cls(**about, **written, assessment_draft_id=draft.id, content=content.model_dump(mode="json"))

    def rewrite(self, content: Input, by: UUID | None, now: datetime) -> None:
        self.content, self.written_by, self.written_at, self.changed_at = content.model_dump(mode="json"), by, now, now


Parts = Mapping[Part, AssessmentPart]


def by_name(parts: Iterable[AssessmentPart]) -> dict[Part, AssessmentPart]:
    return {Part(part.part): part for part in parts}


def missing_of(parts: Parts, forms: Iterable[TemplateVersion]) -> list[Missing]:
    """What is still to be asked: parts, outcomes of the Care Act, and the team's own forms as they are asked now."""
    found = [Missing(part) for part in ALWAYS if part not in parts]
    if Part.CARE_ACT in parts:
        looked_at = {one["outcome"] for one in parts[Part.CARE_ACT].content["findings"]}
        left = tuple(outcome.value for outcome in CareActOutcome if outcome not in looked_at)
        found += [Missing(Part.CARE_ACT, left)] if left else []
    forms_written = parts[Part.FORMS].content["forms"] if Part.FORMS in parts else []
    answered = {form["template_version_id"] for form in forms_written}
    unasked = tuple(str(form.id) for form in forms if str(form.id) not in answered)
    return [*found, Missing(Part.FORMS, unasked)] if unasked else found


def domains_without_problem(parts: Parts) -> list[str]:
    """The domains of the Omaha System in which nothing was found yet: a reminder to look, and no more."""
    problems = parts[Part.OMAHA].content["problems"] if Part.OMAHA in parts else []
    found = {PROBLEMS[problem["code"]]["domain"] for problem in problems}
    every: list[str] = [problem["domain"] for problem in PROBLEMS.values()]
    return [domain for domain in dict.fromkeys(every) if domain not in found]


def last_day(parts: Parts) -> date:
    """The day on which the last part was written."""
    return max(day_in_england(part.written_at) for part in parts.values())


def whole_of(draft: AssessmentDraft, parts: Parts) -> NewAssessment:
    """The assessment that the parts make up; it keeps the id of its draft."""
    in_words = {part.value: parts[Part(part)].content["words"] for part in PartInWords}
    return NewAssessment(
        id=draft.id,
        episode_of_care_id=draft.episode_of_care_id,
        assessed_on=last_day(parts),
        problems=parts[Part.OMAHA].content["problems"],
        care_act=CareActPart.model_validate(parts[Part.CARE_ACT].content),
        **in_words,
    )


only_states(AssessmentDraft, "status", DraftStatus)
only_states(AssessmentPart, "part", Part)
Index("one_of_each_part", col(AssessmentPart.assessment_draft_id), col(AssessmentPart.part), unique=True)
