"""Answers to the team's own templates: given, amended, read back in the words in which they were asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.assessment import Assessment
from services.caseload.domain.care_contact import CareContact
from services.caseload.domain.client import Client
from services.caseload.domain.form_answer import (
    AmendedAnswers,
    FormAnswer,
    FormAnswerVersion,
    NewFormAnswer,
    OfAnotherClient,
)
from services.caseload.domain.template import TemplateVersion, VersionNotInForce, in_force
from services.caseload.store import around
from services.caseload.store import templates as store
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.paging import PageRequest, page

Answered = tuple[FormAnswer, TemplateVersion, list[FormAnswerVersion]]


async def answer_form(tx: Transaction, new: NewFormAnswer) -> Answered:
    """Write down what a client was asked and answered, against the version of that day.

    Raises `VersionNotInForce`, `TemplateRetired`, `OfAnotherClient`, `QuestionUnknown`, `AnswerMissing` or
    `AnswerDoesNotFit`.
    """
    client = await tx.get(Client, new.client_id)
    if new.care_contact_id and (await tx.get(CareContact, new.care_contact_id)).client_id != client.id:
        raise OfAnotherClient
    if new.assessment_id and (await tx.get(Assessment, new.assessment_id)).client_id != client.id:
        raise OfAnotherClient("/body/assessment_id")
    version = await checked(tx, client.team_id, new.template_version_id, new.answered_on, new.answers)
    return await keep(tx, new, version, client)


async def checked(
    tx: Transaction, team_id: UUID, version_id: UUID, day: date, answers: Mapping[str, Any], at: str = "/body"
) -> TemplateVersion:
    """The version, which is asked on this day and which these answers fit.

    Raises `NotFound`, `VersionNotInForce`, `TemplateRetired`, `QuestionUnknown`, `AnswerMissing` or `AnswerDoesNotFit`.
    """
    template = await store.with_version(tx, version_id)
    if template is None or template.team_id != team_id:
        raise NotFound("template")
    template.require_in_use(f"{at}/template_version_id")
    version = in_force(await store.versions(tx, template.id), day)
    if version is None or version.id != version_id:
        raise VersionNotInForce(f"{at}/template_version_id")
    version.check(answers, f"{at}/answers")
    return version


async def keep(tx: Transaction, new: NewFormAnswer, version: TemplateVersion, client: Client) -> Answered:
    """The answers as they were first written."""
    by = tx.actor.employee_id
    given = FormAnswer.given(new, version, client, by, tx.now)
    tx.add(given)
    await tx.session.flush()
    first = FormAnswerVersion.of(given, new.answers, 1, by, tx.now)
    tx.add(first)
    await tx.session.flush()
    return given, version, [first]


async def list_form_answers(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, template_id: UUID | None
) -> dict[str, Any]:
    """Newest first."""
    wanted = await around.listed(tx, FormAnswer, client_id=client_id, template_id=template_id)
    return await page(tx, wanted, FormAnswer, request, newest_first=True)


async def read_form_answer(tx: Transaction, form_answer_id: UUID) -> Answered:
    """What was answered, with the version that was asked and everything as it was written."""
    return await _whole(tx, await tx.get(FormAnswer, form_answer_id))


async def amend_form_answer(tx: Transaction, form_answer_id: UUID, amended: AmendedAnswers, if_match: int) -> Answered:
    """The answers are put right, by the version that was asked; what was written first stays.

    Raises `QuestionUnknown`, `AnswerMissing` or `AnswerDoesNotFit`.
    """
    given = await around.for_change(tx, FormAnswer, form_answer_id, if_match)
    _, version, written = await _whole(tx, given)
    version.check(amended.answers)
    by = tx.actor.employee_id
    made = FormAnswerVersion.of(given, amended.answers, written[-1].number + 1, by, tx.now)
    made.reason, given.changed_at = amended.reason, tx.now
    tx.add(made)
    await tx.session.flush()
    return given, version, [*written, made]


async def _whole(tx: Transaction, given: FormAnswer) -> Answered:
    versions = await store.versions(tx, given.template_id)
    version = next(one for one in versions if one.id == given.template_version_id)
    return given, version, list(await store.written(tx, given))
