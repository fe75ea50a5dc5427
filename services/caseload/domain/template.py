"""Template: a form, a visit type or a checklist that the team makes and changes itself, version by version."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import StrictBool, TypeAdapter, ValidationError, field_validator, model_validator
from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Day, Input, Minutes, Name, NewId, Words

FARTHEST = 1_000_000_000
# As many forms of the team's own as one assessment holds.
MOST_FORMS = 10
QuestionCode = Annotated[str, Shape(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Number = Annotated[float, Shape(strict=True, ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Whole = Annotated[int, Shape(strict=True, ge=-FARTHEST, le=FARTHEST)]
AnswerValue = StrictBool | Whole | Number | Words
Answers = Annotated[dict[QuestionCode, AnswerValue], Shape(max_length=100)]


class TemplateKind(StrEnum):
    """What the team asks with it: anything, all that belongs to one kind of visit, or what is ticked off."""

    FORM = "form"
    VISIT_TYPE = "visit_type"
    CHECKLIST = "checklist"


class QuestionKind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yes_no"
    DATE = "date"


class Choice(Input):
    code: QuestionCode
    words: Name


class Question(Input):
    """One question in the team's words. Its code names it in answers and stays the same from version to version."""

    code: QuestionCode
    kind: QuestionKind
    words: Name
    help_text: Words | None = None
    required: bool = False
    choices: list[Choice] = Shape(default=[], max_length=30)
    least: Number | None = None
    most: Number | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is QuestionKind.CHOICE) != bool(self.choices):
            raise ValueError("choices belong to a question of kind choice, and only there")
        if len({one.code for one in self.choices}) != len(self.choices):
            raise ValueError("name each choice once")
        bounds = [one for one in (self.least, self.most) if one is not None]
        if bounds and self.kind is not QuestionKind.NUMBER:
            raise ValueError("least and most belong to a question of kind number")
        if bounds != sorted(bounds):
            raise ValueError("most must not be below least")
        return self


class NewVersion(Input):
    """What is asked from a day on. `minutes` is how long a visit of this type takes."""

    from_on: Day
    title: Name
    minutes: Minutes | None = None
    questions: list[Question] = Shape(min_length=1, max_length=100)

    @field_validator("questions")
    @classmethod
    def _each_once(cls, questions: list[Question]) -> list[Question]:
        if len({question.code for question in questions}) != len(questions):
            raise ValueError("name each question once")
        return questions


class NewTemplate(NewVersion):
    """`in_assessments` lets every assessment ask this form as a part of it."""

    id: NewId
    team_id: UUID
    kind: TemplateKind
    in_assessments: bool = False

    @model_validator(mode="after")
    def _only_forms_in_assessments(self) -> Self:
        if self.in_assessments and self.kind is not TemplateKind.FORM:
            raise ValueError("in_assessments is for a template of kind form")
        return self


class VersionBeginsTooEarly(Unprocessable):
    """What was asked on a day that is over stays what was asked."""

    field = "/body/from_on"
    way_out = "Let the version begin today or later, and not before the one that it follows."

    def __init__(self) -> None:
        super().__init__("This version would begin in the past, or before the one that it follows.")


class MinutesOfNoVisit(Unprocessable):
    field = "/body/minutes"
    way_out = "Leave minutes out, or make a template of kind visit_type."

    def __init__(self) -> None:
        super().__init__("Only a visit type says how long a visit takes.")


class TemplateRetired(Conflict):
    """What is retired is asked no more; what was answered stays."""

    field = "/path/template_id"
    way_out = "Make a new template; the answers to this one can still be read."

    def __init__(self, field: str = field) -> None:
        super().__init__("This template is retired.", field=field)


class TooManyForms(Conflict):
    """Every form that is a part of assessments is asked in each of them, and an assessment holds only so many."""

    field = "/body/in_assessments"
    way_out = "Retire a form that is a part of assessments, or make this one without in_assessments."

    def __init__(self) -> None:
        super().__init__(f"Assessments have {MOST_FORMS} forms of the team's own already.")


class VersionNotInForce(Conflict):
    """What is asked is the version of that day, so that a new question is asked from its first day on."""

    field = "/body/template_version_id"
    way_out = "Read the template for the day of the answers, and ask what its version asks."

    def __init__(self, field: str = field) -> None:
        super().__init__("Another version of this template is asked on that day.", field=field)


class QuestionUnknown(Unprocessable):
    field = "/body/answers"
    way_out = "Leave this answer out, or put the question into a new version of the template first."

    def __init__(self, field: str) -> None:
        super().__init__("This version does not ask this question.", field=field)


class AnswerMissing(Unprocessable):
    field = "/body/answers"
    way_out = "Ask this question and send its answer: the team has made it one that is always answered."

    def __init__(self, field: str) -> None:
        super().__init__("This question needs an answer.", field=field)


class AnswerDoesNotFit(Unprocessable):
    """An answer is of the kind that its question asks for."""

    field = "/body/answers"
    way_out = "Correct this answer as the question asks for it, and send the answers again."

    def __init__(self, wanted: str, field: str) -> None:
        super().__init__(f"The answer to this question is {wanted}.", field=field)


class Template(TeamOwned, Base, table=True):
    """What the team asks, under one name for all of its versions (FHIR Questionnaire)."""

    kind: str
    in_assessments: bool = False
    retired_on: date | None = None
    made_by: UUID | None

    @classmethod
    def made(cls, new: NewTemplate, by: UUID | None, now: datetime) -> Self:
        kept = new.model_dump(include={"id", "team_id", "kind", "in_assessments"})
        return cls(**kept, made_by=by, changed_at=now)

    def follow(self, new: NewVersion, last: "TemplateVersion", today: date, now: datetime) -> None:
        """Raises `TemplateRetired`, or `VersionBeginsTooEarly`."""
        self.require_in_use()
        if new.from_on < max(today, last.from_on):
            raise VersionBeginsTooEarly
        self.changed_at = now

    def retire(self, today: date, now: datetime) -> None:
        """Raises `TemplateRetired`."""
        self.require_in_use()
        self.retired_on, self.changed_at = today, now

    def require_in_use(self, field: str = TemplateRetired.field) -> None:
        """Raises `TemplateRetired`."""
        if self.retired_on is not None:
            raise TemplateRetired(field)


class TemplateVersion(Stored, Base, table=True):
    """What is asked from a day on, word by word. It is never changed."""

    team_id: UUID
    template_id: UUID = Field(foreign_key="template.id", index=True)
    number: int
    from_on: date
    title: str
    minutes: int | None = None
    questions: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    written_by: UUID | None
    written_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def of(cls, template: Template, new: NewVersion, number: int, by: UUID | None, now: datetime) -> Self:
        """Raises `MinutesOfNoVisit`."""
        if new.minutes is not None and template.kind != TemplateKind.VISIT_TYPE:
            raise MinutesOfNoVisit
        kept = new.model_dump(mode="json", include={"title", "minutes", "questions"})
        about: dict[str, Any] = {"team_id": template.team_id, "template_id": template.id, "from_on": new.from_on}
        return cls(**kept, **about, number=number, written_by=by, written_at=now)

    @property
    def asked(self) -> list[Question]:
        return [Question.model_validate(one) for one in self.questions]

    def check(self, answers: Mapping[str, Any], at: str = "/body/answers") -> None:
        """Each answer by its question. Raises `QuestionUnknown`, `AnswerMissing` or `AnswerDoesNotFit`."""
        questions = {question.code: question for question in self.asked}
        for code in answers:
            if code not in questions:
                raise QuestionUnknown(f"{at}/{code}")
        for code, question in questions.items():
            if code in answers:
                _check(question, answers[code], f"{at}/{code}")
            elif question.required:
                raise AnswerMissing(f"{at}/{code}")


def in_force(versions: Iterable[TemplateVersion], day: date) -> TemplateVersion | None:
    """The version that is asked on this day; of two that begin on one day, the later written."""
    begun = [version for version in versions if version.from_on <= day]
    return max(begun, key=lambda version: (version.from_on, version.number), default=None)


def _is_day(value: Any) -> bool:
    try:
        TypeAdapter(Day).validate_python(value)
    except ValidationError:
        return False
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


KINDS: dict[QuestionKind, tuple[Callable[[Any], bool], str]] = {
    QuestionKind.TEXT: (lambda value: isinstance(value, str), "text"),
    QuestionKind.NUMBER: (_is_number, "a number"),
    QuestionKind.CHOICE: (lambda value: isinstance(value, str), "the code of one of its choices"),
    QuestionKind.YES_NO: (lambda value: isinstance(value, bool), "true or false"),
    QuestionKind.DATE: (_is_day, "a date such as 2026-11-23"),
}


def _check(question: Question, value: Any, at: str) -> None:
    fits, wanted = KINDS[question.kind]
    if not fits(value):
        raise AnswerDoesNotFit(wanted, at)
    if question.kind is QuestionKind.CHOICE and value not in {one.code for one in question.choices}:
        raise AnswerDoesNotFit(wanted, at)
    if question.least is not None and value < question.least:
        raise AnswerDoesNotFit(f"at least {question.least:g}", at)
    if question.most is not None and value > question.most:
        raise AnswerDoesNotFit(f"at most {question.most:g}", at)


only_states(Template, "kind", TemplateKind)
Index("one_version_per_template_number", col(TemplateVersion.template_id), col(TemplateVersion.number), unique=True)
