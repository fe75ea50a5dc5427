"""Breaking the glass, and the review by the client's own team."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseFreshlySignedIn
from services.caseload.domain.break_glass import BreakGlass, NewBreakGlass, NobodyFound, Review, ReviewState
from services.common.errors import refused
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["break glass"])


class BrokenGlass(Answer):
    """Send the id as `Break-Glass` with each request to read the client, until it expires."""

    id: UUID
    client_id: UUID
    expires_at: datetime


class BreakGlassShape(BrokenGlass):
    """What the client's team reviews."""

    team_id: UUID
    version: int
    opened_by: UUID
    reason_code: str
    reason_text: str
    opened_at: datetime
    review_due_at: datetime
    overdue: bool
    reviewed_at: datetime | None
    reviewed_by: UUID | None
    outcome: str | None
    note: str | None


def _told(opened: BreakGlass, now: datetime) -> dict[str, Any]:
    return {**opened.model_dump(), "overdue": opened.is_overdue(now)}


@router.post("/break-glass", status_code=201, response_model=BrokenGlass)
async def break_glass(tx: ByNurseFreshlySignedIn, body: NewBreakGlass, request: Request) -> object:
    """In an emergency, let a nurse read one client of another team, whose team is told and reviews it."""
    try:
        return await usecases.break_glass(tx, body)
    except NobodyFound as error:
        # Answered and not raised, so that the attempt is kept.
        return refused(request, error)


@router.get("/break-glass", response_model=Page[BreakGlassShape])
async def list_break_glass(tx: ByNurse, page: Asked, state: ReviewState | None = None) -> object:
    """Who of another team read which client of the caller's teams in an emergency, newest first."""
    found = await usecases.list_break_glass(tx, page, state=state)
    return {**found, "items": [_told(opened, tx.now) for opened in found["items"]]}


@router.get("/break-glass/{break_glass_id}", response_model=BreakGlassShape)
async def read_break_glass(tx: ByNurse, break_glass_id: UUID, response: Response) -> object:
    """One emergency."""
    opened = await usecases.read_break_glass(tx, break_glass_id)
    etag(response, opened)
    return _told(opened, tx.now)


@router.post("/break-glass/{break_glass_id}/review", response_model=BreakGlassShape)
async def review_break_glass(
    tx: ByNurse, break_glass_id: UUID, body: Review, version: IfMatch, response: Response
) -> object:
    """Say for the client's team whether it was right."""
    opened = await usecases.review_break_glass(tx, break_glass_id, body, version)
    etag(response, opened)
    return _told(opened, tx.now)
