"""The team's own forms, visit types and checklists, and what was answered to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.domain.form_answer import AmendedAnswers, NewFormAnswer, read_back
from services.caseload.domain.template import (
    AnswerValue,
    NewTemplate,
    NewVersion,
    Question,
    QuestionKind,
    TemplateKind,
    TemplateVersion,
)
from services.caseload.usecases import assessing
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["templates"])


class TemplateShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    kind: TemplateKind
    in_assessments: bool
    retired_on: date | None
    made_by: UUID | None


class VersionShape(Answer):
    id: UUID
    number: int
    from_on: date
    title: str
    minutes: int | None
    questions: list[Question]
    written_by: UUID | None
    written_at: datetime


class WholeTemplate(TemplateShape):
    """`asked` is the id of the version that is asked on the day asked for; none before the first begins."""

    asked: UUID | None
    versions: list[VersionShape]


class FormAnswerShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    template_id: UUID
    template_version_id: UUID
    care_contact_id: UUID | None
    assessment_id: UUID | None
    answered_on: date
    written_by: UUID | None


class ChoiceShape(Answer):
    code: str
    words: str


class AnsweredQuestion(Answer):
    """A question in the words in which it was asked, with its answer; null where it was not answered."""

    code: str
    kind: QuestionKind
    words: str
    choices: list[ChoiceShape]
    value: AnswerValue | None


class WrittenAnswers(Answer):
    number: int
    answers: dict[str, AnswerValue]
    reason: str | None
    written_by: UUID | None
    written_at: datetime


class WholeFormAnswer(FormAnswerShape):
    title: str
    answers: list[AnsweredQuestion]
    written: list[WrittenAnswers]


def _whole(found: tuple[Any, list[TemplateVersion]], day: date, response: Response) -> dict[str, Any]:
    template, versions = found
    etag(response, template)
    return {**template.model_dump(), "asked": assessing.asked_on(versions, day), "versions": versions}


def _answered(found: tuple[Any, TemplateVersion, list[Any]], response: Response) -> dict[str, Any]:
    given, version, written = found
    etag(response, given)
    return {
        **given.model_dump(),
        "title": version.title,
        "answers": read_back(version, written),
        "written": written,
    }


@router.post("/templates", status_code=201, response_model=WholeTemplate)
async def make_template(tx: ByNurse, body: NewTemplate, response: Response) -> object:
    """Ask something of the team's own: a form, a visit type or a checklist."""
    return _whole(await assessing.make_template(tx, body), tx.today, response)


@router.get("/templates", response_model=Page[TemplateShape])
async def list_templates(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, kind: TemplateKind | None = None
) -> object:
    """What the caller's teams ask, retired or not."""
    return await assessing.list_templates(tx, page, team_id=team_id, kind=kind)


@router.get("/templates/{template_id}", response_model=WholeTemplate)
async def read_template(tx: ByNurse, template_id: UUID, response: Response, as_of: Day | None = None) -> object:
    """One template with all of its versions, and which of them is asked on a day, today unless asked otherwise."""
    return _whole(await assessing.read_template(tx, template_id), as_of or tx.today, response)


@router.post("/templates/{template_id}/versions", status_code=201, response_model=WholeTemplate)
async def change_template(
    tx: ByNurse, template_id: UUID, body: NewVersion, version: IfMatch, response: Response
) -> object:
    """Ask something else from a day on; what was asked and answered before stays as it was."""
    return _whole(await assessing.change_template(tx, template_id, body, version), tx.today, response)


@router.post("/templates/{template_id}/retire", response_model=WholeTemplate)
async def retire_template(tx: ByNurse, template_id: UUID, version: IfMatch, response: Response) -> object:
    """Ask it no more."""
    return _whole(await assessing.retire_template(tx, template_id, version), tx.today, response)


@router.post("/form-answers", status_code=201, response_model=WholeFormAnswer)
async def answer_form(tx: ByNurse, body: NewFormAnswer, response: Response) -> object:
    """Write down what a client was asked and answered, against the version that is asked on that day."""
    return _answered(await assessing.answer_form(tx, body), response)


@router.get("/form-answers", response_model=Page[FormAnswerShape])
async def list_form_answers(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, template_id: UUID | None = None
) -> object:
    """Which forms a client answered, or who answered a form, newest first."""
    return await assessing.list_form_answers(tx, page, client_id=client_id, template_id=template_id)


@router.get("/form-answers/{form_answer_id}", response_model=WholeFormAnswer)
async def read_form_answer(tx: ByNurse, form_answer_id: UUID, response: Response) -> object:
    """What was answered, in the words in which it was asked, and everything as it was written and amended."""
    return _answered(await assessing.read_form_answer(tx, form_answer_id), response)


@router.post("/form-answers/{form_answer_id}/amend", response_model=WholeFormAnswer)
async def amend_form_answer(
    tx: ByNurse, form_answer_id: UUID, body: AmendedAnswers, version: IfMatch, response: Response
) -> object:
    """Put the answers right; what was written first stays beside it."""
    return _answered(await assessing.amend_form_answer(tx, form_answer_id, body, version), response)
