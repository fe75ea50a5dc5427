"""Calendar feeds: made and revoked by whoever they are of, and read by the calendar of a telephone."""

import hashlib
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from services.common.http import ByNurse, IfMatch, ToldOnceRoute, TransactionRoute, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster.api.visiting.by_link import OVER, Link, Open, OpenRoute
from services.roster.domain.feed import NewCalendarFeed
from services.roster.usecases import visiting

router = api_router(tags=["calendars"])
told_once = APIRouter(prefix="/v1", tags=["calendars"], route_class=ToldOnceRoute)


class CalendarRoute(OpenRoute):
    """A calendar asks every few minutes; that it did is not put on record, and it may keep what it got."""

    is_put_on_record = False
    handled = TransactionRoute.handled


by_link = APIRouter(prefix="/open", tags=["by link"], route_class=CalendarRoute, responses=OVER)


class CalendarFeedShape(Answer):
    id: UUID
    version: int
    made_at: datetime
    revoked_at: datetime | None


class MadeCalendarFeed(CalendarFeedShape):
    """The link is told this once."""

    link: str


@told_once.post("/calendar-feeds", status_code=201, response_model=MadeCalendarFeed)
async def make_calendar_feed(tx: ByNurse, body: NewCalendarFeed, response: Response) -> object:
    """A link to one's own shifts and visits, without clients, for the calendar of a telephone."""
    feed, link = await visiting.make_calendar_feed(tx, body)
    etag(response, feed)
    return {**feed.model_dump(), "link": link}


@router.get("/calendar-feeds", response_model=Page[CalendarFeedShape])
async def list_calendar_feeds(tx: ByNurse, page: Asked) -> object:
    """The caller's own feeds; nobody else's."""
    return await visiting.list_calendar_feeds(tx, page)


@router.delete("/calendar-feeds/{feed_id}", response_model=CalendarFeedShape)
async def revoke_calendar_feed(tx: ByNurse, feed_id: UUID, version: IfMatch, response: Response) -> object:
    """The link opens nothing more."""
    feed = await visiting.revoke_calendar_feed(tx, feed_id, version)
    etag(response, feed)
    return feed


@by_link.get(
    "/calendars/{link}",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}, 304: {}},
)
async def read_calendar(
    tx: Open, link: Link, if_none_match: Annotated[str | None, Header(max_length=80)] = None
) -> Response:
    """One person's shifts and visits from two months ago on: when, and what kind; no client, no place, no word."""
    calendar = await visiting.read_calendar(tx, link)
    tag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)
