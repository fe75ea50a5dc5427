"""Wishes to be visited at another time: sent for, listed and answered by the team."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster.domain.move_wish import Acceptance
from services.roster.usecases import visiting

router = api_router(tags=["visits"])
told_once = APIRouter(prefix="/v1", tags=["visits"], route_class=ToldOnceRoute)


class SentLink(Answer):
    """Told this once, to be handed to the client."""

    link: str


class MoveWishShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    visit_id: UUID
    client_id: UUID
    wish: str
    day: date | None
    from_minute: int | None
    until_minute: int | None
    state: str
    asked_at: datetime
    answered_by: UUID | None
    answered_at: datetime | None


@told_once.post("/visits/{visit_id}/send-link", response_model=SentLink)
async def send_visit_link(tx: ByNurse, visit_id: UUID, version: IfMatch) -> object:
    """A link by which the client sees when somebody comes, and asks to move it; one sent before ends."""
    return {"link": await visiting.send_visit_link(tx, visit_id, version)}


@router.get("/move-wishes", response_model=Page[MoveWishShape])
async def list_move_wishes(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    is_open: bool | None = Query(default=None, alias="open", description="Whether it waits for an answer."),
) -> object:
    """What the clients of the caller's teams wish."""
    return await visiting.list_move_wishes(tx, page, team_id=team_id, is_open=is_open)


@router.get("/move-wishes/{move_wish_id}", response_model=MoveWishShape)
async def read_move_wish(tx: ByNurse, move_wish_id: UUID, response: Response) -> object:
    """One wish."""
    found = await visiting.read_move_wish(tx, move_wish_id)
    etag(response, found)
    return found


@router.post("/move-wishes/{move_wish_id}/accept", response_model=MoveWishShape)
async def accept_move_wish(
    tx: ByNurse, move_wish_id: UUID, body: Acceptance, version: IfMatch, response: Response
) -> object:
    """Move the visit as the client wishes, in this one call; or call it off, where that is the wish."""
    found = await visiting.accept_move_wish(tx, move_wish_id, body, version)
    etag(response, found)
    return found


@router.post("/move-wishes/{move_wish_id}/decline", response_model=MoveWishShape)
async def decline_move_wish(tx: ByNurse, move_wish_id: UUID, version: IfMatch, response: Response) -> object:
    """The visit stays as it is; tell the client."""
    found = await visiting.decline_move_wish(tx, move_wish_id, version)
    etag(response, found)
    return found
