"""A job that is followed: server-sent events, one for each change of how it stands (WHATWG HTML, 9.2)."""

from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse

from services.common.http import ByNurse, api_router
from services.roster.api.jobs.shapes import JobEvent
from services.roster.usecases import jobs

router = api_router(tags=["jobs"])


class EventStream(StreamingResponse):
    """As it is written, so it is sent: nobody on the way keeps it until it is whole."""

    media_type = "text/event-stream"

    def __init__(self, lines: AsyncIterator[str]) -> None:
        super().__init__(lines, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


@router.get("/jobs/{job_id}/events", status_code=200, response_class=EventStream)
async def follow_job(tx: ByNurse, job_id: UUID, request: Request) -> EventStream:
    """How a job stands, and each change of that as `event: job`, until it is over or for ten minutes.

    Every event is the whole of it, so whoever lost the line begins anew. The answer itself is read with the job.
    """
    await jobs.read(tx, job_id)
    state = request.app.state
    return EventStream(_lines(jobs.follow(state.database, tx.actor, job_id, lambda: bool(state.is_stopping()))))


async def _lines(seen: "AsyncIterator[jobs.Glance | None]") -> AsyncIterator[str]:
    async for one in seen:
        yield ": \n\n" if one is None else f"event: job\ndata: {JobEvent.model_validate(one).model_dump_json()}\n\n"
