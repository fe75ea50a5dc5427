"""Assessments written in parts over several visits, with what is still to be asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.api.assessments import WholeAssessment
from services.caseload.api.rendered import tagged
from services.caseload.domain.assessment import CareActPart
from services.caseload.domain.assessment_draft import (
    FormsPart,
    NewAssessmentDraft,
    OmahaPart,
    Part,
    PartInWords,
    SaidInWords,
)
from services.caseload.usecases import assessing
from services.common.http import ByNurse, IfMatch, IfMatchOrNew, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["assessments"])


class DraftShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    episode_of_care_id: UUID
    status: str
    begun_by: UUID | None
    begun_at: datetime


class PartShape(Answer):
    """One part with whoever wrote it last; `version` is what the next change of it is made on."""

    part: Part
    version: int
    content: dict[str, Any]
    written_by: UUID | None
    written_at: datetime


class MissingShape(Answer):
    """`of` names the outcomes of the Care Act, or the versions of the team's forms, that are still to be asked."""

    part: Part
    of: list[str]


class WholeDraft(DraftShape):
    """`missing` keeps it from being completed; the Omaha domains without a problem are a reminder to look."""

    parts: list[PartShape]
    missing: list[MissingShape]
    domains_without_problem: list[str]


def _whole(found: assessing.Drafted, response: Response) -> dict[str, Any]:
    etag(response, found.draft)
    return {
        **found.draft.model_dump(),
        "parts": [found.parts[part] for part in Part if part in found.parts],
        "missing": found.missing,
        "domains_without_problem": found.domains_without_problem,
    }


@router.post("/assessment-drafts", status_code=201, response_model=WholeDraft)
async def begin_assessment(tx: ByNurse, body: NewAssessmentDraft, response: Response) -> object:
    """Begin an assessment that is written in parts; nothing of it counts until it is complete."""
    return _whole(await assessing.begin_assessment(tx, body), response)


@router.get("/assessment-drafts", response_model=Page[DraftShape])
async def list_drafts(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """Assessments that were begun in parts, newest first."""
    return await assessing.list_drafts(tx, page, client_id=client_id)


@router.get("/assessment-drafts/{draft_id}", response_model=WholeDraft)
async def read_draft(tx: ByNurse, draft_id: UUID, response: Response) -> object:
    """What was written so far and by whom, and what is still to be asked."""
    return _whole(await assessing.read_draft(tx, draft_id), response)


@router.get("/assessment-drafts/{draft_id}/parts/{part}", response_model=PartShape)
async def read_part(tx: ByNurse, draft_id: UUID, part: Part, response: Response) -> object:
    """One part as it was last written."""
    return tagged(await assessing.read_part(tx, draft_id, part), response)


@router.put("/assessment-drafts/{draft_id}/parts/omaha", response_model=PartShape)
async def write_omaha(
    tx: ByNurse, draft_id: UUID, body: OmahaPart, version: IfMatchOrNew, response: Response
) -> object:
    """The problems found so far, each with the rating that counts once the assessment is complete."""
    return tagged(await assessing.write_part(tx, draft_id, Part.OMAHA, body, version), response)


@router.put("/assessment-drafts/{draft_id}/parts/care_act", response_model=PartShape)
async def write_care_act(
    tx: ByNurse, draft_id: UUID, body: CareActPart, version: IfMatchOrNew, response: Response
) -> object:
    """What the Care Act asks, outcome by outcome."""
    return tagged(await assessing.write_part(tx, draft_id, Part.CARE_ACT, body, version), response)


@router.put("/assessment-drafts/{draft_id}/parts/forms", response_model=PartShape)
async def write_forms(
    tx: ByNurse, draft_id: UUID, body: FormsPart, version: IfMatchOrNew, response: Response
) -> object:
    """The answers to the team's own forms."""
    return tagged(await assessing.write_part(tx, draft_id, Part.FORMS, body, version), response)


@router.put("/assessment-drafts/{draft_id}/parts/{part}", response_model=PartShape)
async def write_in_words(
    tx: ByNurse, draft_id: UUID, part: PartInWords, body: SaidInWords, version: IfMatchOrNew, response: Response
) -> object:
    """What matters to the client, their carer, home, money or capacity, in words."""
    return tagged(await assessing.write_part(tx, draft_id, Part(part), body, version), response)


@router.post("/assessment-drafts/{draft_id}/discard", response_model=WholeDraft)
async def discard_draft(tx: ByNurse, draft_id: UUID, version: IfMatch, response: Response) -> object:
    """Do not go on with it; it stays to be read, and never counts."""
    return _whole(await assessing.discard_draft(tx, draft_id, version), response)


@router.post("/assessment-drafts/{draft_id}/complete", response_model=WholeAssessment)
async def complete_draft(tx: ByNurse, draft_id: UUID, version: IfMatch, response: Response) -> object:
    """Every part was asked: it becomes an assessment of the same id, and its ratings count as those at admission."""
    assessment, found = await assessing.complete_draft(tx, draft_id, version)
    etag(response, assessment)
    return {"assessment": assessment, "found": [{"problem": one, "rating": rating} for one, rating in found]}
