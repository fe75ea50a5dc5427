"""An assessment written in parts over several visits: begun, written part by part, completed."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.assessment import Assessment
from services.caseload.domain.assessment_draft import (
    AnsweredForm,
    AssessmentDraft,
    AssessmentPart,
    FormsPart,
    Missing,
    NewAssessmentDraft,
    Part,
    by_name,
    domains_without_problem,
    last_day,
    missing_of,
    whole_of,
)
from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.form_answer import NewFormAnswer
from services.caseload.domain.template import TemplateVersion
from services.caseload.store import around, drafts, templates
from services.caseload.usecases.assess import Found, complete_assessment, start_assessment
from services.caseload.usecases.assessing import answers
from services.common.db import Transaction, require_version
from services.common.errors import NotFound, PreconditionFailed
from services.common.paging import PageRequest, page
from services.common.types import Input

Parts = dict[Part, AssessmentPart]


class Drafted:
    """A draft with its parts, and what is still to be asked."""

    def __init__(self, draft: AssessmentDraft, parts: Parts, forms: list[TemplateVersion]) -> None:
        self.draft, self.parts = draft, parts
        self.missing: list[Missing] = missing_of(parts, forms)
        self.domains_without_problem = domains_without_problem(parts)


async def begin_assessment(tx: Transaction, new: NewAssessmentDraft) -> Drafted:
    """Begin an assessment that is written in parts. Nothing of it counts until it is complete.

    Raises `NotInCareThen`.
    """
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    episode.require_in_care(tx.today)
    draft = AssessmentDraft.begun(new, episode, tx.actor.employee_id, tx.now)
    tx.add(draft)
    await tx.session.flush()
    return await _drafted(tx, draft)


async def list_drafts(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """Newest first; those that are complete say so."""
    wanted = await around.listed(tx, AssessmentDraft, client_id=client_id)
    return await page(tx, wanted, AssessmentDraft, request, newest_first=True)


async def read_draft(tx: Transaction, draft_id: UUID) -> Drafted:
    """What was written so far and by whom, and what is missing."""
    return await _drafted(tx, await tx.get(AssessmentDraft, draft_id))


async def read_part(tx: Transaction, draft_id: UUID, part: Part) -> AssessmentPart:
    """One part as it was last written. Raises `NotFound`."""
    parts = await _parts(tx, await tx.get(AssessmentDraft, draft_id))
    if part not in parts:
        raise NotFound("assessment_part")
    return parts[part]


async def write_part(
    tx: Transaction, draft_id: UUID, part: Part, content: Input, if_match: int | None
) -> AssessmentPart:
    """Write a part, on the version that was last read of it; None says that nobody wrote it before.

    Raises `DraftAlreadyComplete`, `DraftDiscarded`, `NotInCareThen`, or `PreconditionFailed` where somebody else
    wrote it in the meantime.
    """
    draft = await tx.get(AssessmentDraft, draft_id, lock=True)
    draft.require_open()
    await _require_in_care(tx, draft, tx.today)
    if isinstance(content, FormsPart):
        await _check_forms(tx, draft, content.forms)
    written, by = (await _parts(tx, draft)).get(part), tx.actor.employee_id
    if written is None:
        if if_match is not None:
            raise PreconditionFailed("Nobody has written this part yet.")
        written = AssessmentPart.of(draft, part, content, by, tx.now)
        tx.add(written)
    else:
        _require_read(written, if_match)
        written.rewrite(content, by, tx.now)
    draft.changed_at = tx.now
    await tx.session.flush()
    return written


async def complete_draft(tx: Transaction, draft_id: UUID, if_match: int) -> tuple[Assessment, Found]:
    """Every part was asked: now it counts, its ratings are those at admission, and the others hear of it.

    Raises `DraftAlreadyComplete`, `DraftDiscarded`, `AssessmentIncomplete` with what is missing, `NotInCareThen`
    or `ProblemAlreadyFound`.
    """
    draft = await around.for_change(tx, AssessmentDraft, draft_id, if_match)
    found = await _drafted(tx, draft)
    draft.complete(found.missing, tx.now)
    await _require_in_care(tx, draft, last_day(found.parts))
    omaha = found.parts[Part.OMAHA]
    made, _ = await start_assessment(
        tx, whole_of(draft, found.parts), rated_by=omaha.written_by, rated_at=omaha.written_at
    )
    await _keep_answers(tx, draft, found.parts)
    await tx.session.flush()
    return await complete_assessment(tx, made.id, made.version)


async def discard_draft(tx: Transaction, draft_id: UUID, if_match: int) -> Drafted:
    """It is not gone on with. Raises `DraftAlreadyComplete` or `DraftDiscarded`."""
    draft = await around.for_change(tx, AssessmentDraft, draft_id, if_match)
    draft.discard(tx.now)
    await tx.session.flush()
    return await _drafted(tx, draft)


async def _require_in_care(tx: Transaction, draft: AssessmentDraft, on: date) -> None:
    """What is written after discharge is discarded: it is of no episode. Raises `NotInCareThen`."""
    (await tx.get(EpisodeOfCare, draft.episode_of_care_id)).require_in_care(on, "/path/draft_id")


async def _keep_answers(tx: Transaction, draft: AssessmentDraft, parts: Parts) -> None:
    """What was answered to the team's own forms, which was checked when it was written."""
    if Part.FORMS not in parts:
        return
    client = await tx.get(Client, draft.client_id)
    day = last_day({Part.FORMS: parts[Part.FORMS]})
    for form in FormsPart.model_validate(parts[Part.FORMS].content).forms:
        version = await templates.version(tx, form.template_version_id)
        given = NewFormAnswer(
            id=form.id,
            client_id=draft.client_id,
            template_version_id=form.template_version_id,
            answered_on=day,
            assessment_id=draft.id,
            answers=form.answers,
        )
        await answers.keep(tx, given, version, client)


async def _check_forms(tx: Transaction, draft: AssessmentDraft, forms: list[AnsweredForm]) -> None:
    for position, form in enumerate(forms):
        at = f"/body/forms/{position}"
        await answers.checked(tx, draft.team_id, form.template_version_id, tx.today, form.answers, at)


def _require_read(written: AssessmentPart, if_match: int | None) -> None:
    if if_match is None:
        raise PreconditionFailed("Somebody has written this part already.")
    require_version(written, if_match)


async def _drafted(tx: Transaction, draft: AssessmentDraft) -> Drafted:
    forms = await templates.asked_in_assessments(tx, draft.team_id, tx.today)
    return Drafted(draft, await _parts(tx, draft), forms)


async def _parts(tx: Transaction, draft: AssessmentDraft) -> Parts:
    return by_name(await drafts.parts(tx, draft.id))
