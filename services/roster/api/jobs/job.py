"""A job: read, and stopped."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.roster.api.jobs.shapes import JobShape
from services.roster.usecases import jobs

router = api_router(tags=["jobs"])


@router.get("/jobs/{job_id}", response_model=JobShape)
async def read_job(tx: ByNurse, job_id: UUID, response: Response) -> object:
    """One job of the caller's teams: how far it is, and what came of it."""
    job = await jobs.read(tx, job_id)
    etag(response, job)
    return job


@router.post("/jobs/{job_id}/cancel", response_model=JobShape)
async def cancel_job(tx: ByNurse, job_id: UUID, version: IfMatch, response: Response) -> object:
    """Nobody wants the answer any more. One that is worked on ends in a moment."""
    job = await jobs.cancel(tx, job_id, version)
    etag(response, job)
    return job
