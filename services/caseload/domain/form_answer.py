"""What was answered to a template of the team, against the very version that was asked; amended, never overwritten."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.template import Answers, TemplateVersion
from services.common.errors import Conflict
from services.common.models import INSTANT, Stored, TeamOwned
from services.common.types import Input, NewId, PastDay, Words


class NewFormAnswer(Input):
    """The answers of one day, by the codes of the questions, with the contact or the assessment that they belong to."""

    id: NewId
    client_id: UUID
    template_version_id: UUID
    answered_on: PastDay
    care_contact_id: UUID | None = None
    assessment_id: UUID | None = None
    answers: Answers


class AmendedAnswers(Input):
    """All answers as they should have been, and why they were not."""

    answers: Answers
    reason: Words


class OfAnotherClient(Conflict):
    """Answers are about one client, and so is where they were given."""

    field = "/body/care_contact_id"
    way_out = "Name a contact or an assessment of this client, or leave it out."

    def __init__(self, field: str = field) -> None:
        super().__init__("This belongs to another client.", field=field)


class FormAnswer(TeamOwned, Base, table=True):
    """Who was asked what, on which day (FHIR QuestionnaireResponse)."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    template_id: UUID = Field(foreign_key="template.id", index=True)
    template_version_id: UUID = Field(foreign_key="template_version.id")
    care_contact_id: UUID | None = Field(default=None, foreign_key="care_contact.id")
    assessment_id: UUID | None = Field(default=None, foreign_key="assessment.id", index=True)
    answered_on: date
    written_by: UUID | None

    @classmethod
    def given(
        cls, new: NewFormAnswer, version: TemplateVersion, client: Client, by: UUID | None, now: datetime
    ) -> Self:
        kept = new.model_dump(exclude={"answers"})
        about: dict[str, Any] = {"team_id": client.team_id, "template_id": version.template_id}
        return cls(**kept, **about, written_by=by, changed_at=now)


class FormAnswerVersion(Stored, Base, table=True):
    """The answers as they were first written, or as somebody amended them. None is ever changed."""

    team_id: UUID
    form_answer_id: UUID = Field(foreign_key="form_answer.id", index=True)
    number: int
    answers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    reason: str | None = None
    written_by: UUID | None
    written_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def of(cls, given: FormAnswer, answers: Answers, number: int, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": given.team_id, "form_answer_id": given.id, "number": number}
        return cls(**about, answers=dict(answers), written_by=by, written_at=now)


def read_back(version: TemplateVersion, written: Sequence[FormAnswerVersion]) -> list[dict[str, Any]]:
    """Every question in the words in which it was asked, with the answer as it was last amended."""
    latest = written[-1].answers
    kept = ("code", "kind", "words", "choices")
    return [
        {**{name: question[name] for name in kept}, "value": latest.get(question["code"])}
        for question in version.questions
    ]


Index("one_version_per_answer", col(FormAnswerVersion.form_answer_id), col(FormAnswerVersion.number), unique=True)
