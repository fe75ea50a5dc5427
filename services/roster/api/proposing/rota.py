"""A rota proposed, mended and explained: each question is a job, whose answer comes with the job."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, api_router, etag
from services.roster.api.jobs.shapes import JobShape
from services.roster.api.proposing.shapes import ExplanationShape, with_settings
from services.roster.api.rota.scored import scored
from services.roster.domain.proposal import ProposalsAsked, RepairAsked, WhyAsked
from services.roster.usecases import proposing

router = api_router(tags=["proposals"])


@router.post("/rotas/{rota_id}/proposals", status_code=202, response_model=JobShape)
async def ask_proposals(tx: ByNurse, rota_id: UUID, body: ProposalsAsked, response: Response) -> object:
    """Ask for two or three drafts of a rota; follow the job until it names them."""
    job = await proposing.ask_proposals(tx, rota_id, body)
    etag(response, job)
    return job


@router.post("/rotas/{rota_id}/repairs", status_code=202, response_model=JobShape)
async def ask_repair(tx: ByNurse, rota_id: UUID, body: RepairAsked, response: Response) -> object:
    """Ask for a draft of the published rota without somebody who is away, with the fewest changes."""
    job = await proposing.ask_repair(tx, rota_id, body)
    etag(response, job)
    return job


@router.post("/rota-versions/{rota_version_id}/why", status_code=202, response_model=JobShape)
async def ask_why(tx: ByNurse, rota_version_id: UUID, body: WhyAsked, response: Response) -> object:
    """Ask why somebody has not a duty on a day, or why they have it; the answer has rules, numbers and words."""
    job = await proposing.ask_why(tx, rota_version_id, body)
    etag(response, job)
    return job


@router.get("/rota-versions/{rota_version_id}/explanation", response_model=ExplanationShape)
async def explain_version(tx: ByNurse, rota_version_id: UUID) -> object:
    """Why a version is as it is: what each rule costs, with whom and when, and how far it was from the best."""
    found = await proposing.explain_version(tx, rota_version_id)
    version = found.rota_version
    about = {
        "rota_version_id": version.id,
        "origin": version.origin,
        "parent_id": version.parent_id,
        "job_id": version.job_id,
        "seed": version.seed,
        "people": [member.employee_id for member in found.problem.members],
        "proposed": with_settings(version.settings),
    }
    return scored(found.problem, found.score, found.shares) | about
