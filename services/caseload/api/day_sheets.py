"""Day sheets: what an agency that comes to a client too is shown of their days, by a link."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.caseload.api.open_page import ScriptedPage
from services.caseload.api.open_route import Open, OpenPage, OpenRoute
from services.caseload.api.rendered import tagged
from services.caseload.domain.day_sheet import DaySheet, DaySheetField, NewDaySheetShare, ShownDaySheet
from services.caseload.domain.handover import ToCall
from services.caseload.domain.other_care import Call
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

PAGE = ScriptedPage("day-sheet.html")
ADDRESS = "/caseload/open/day-sheets/page"

router = api_router(tags=["day sheets"])
sharing = APIRouter(prefix="/v1", tags=["day sheets"], route_class=ToldOnceRoute)
page_router = APIRouter(prefix="/open", tags=["by link"], route_class=OpenPage)
by_link = APIRouter(prefix="/open", tags=["by link"], route_class=OpenRoute)


class DaySheetShareShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    agency: str
    agency_ref: str
    fields: list[DaySheetField]
    who_to_ring: list[ToCall]
    agreed_how: str
    agreed_on: date
    shared_by: UUID | None
    until_at: datetime
    withdrawn_at: datetime | None


class SharedDaySheet(Answer):
    """`address` is told now and never again. What is after its `#` stays in the browser, and is in no log."""

    share: DaySheetShareShape
    address: str


class TimeOnSheet(Answer):
    starts_at: datetime
    ends_at: datetime


class CallOnSheet(TimeOnSheet):
    """`kind` is what the agency comes for."""

    kind: str


class DaySheetByLink(Answer):
    """One day. What is not shared is null. `is_paused`: the team's visits are paused, and why is not told."""

    agency: str
    agency_ref: str
    on: date
    first_on: date
    last_on: date
    until_at: datetime
    is_paused: bool | None
    our_visits: list[TimeOnSheet] | None
    agency_calls: list[CallOnSheet] | None
    who_to_ring: list[ToCall] | None


@sharing.post("/day-sheet-shares", status_code=201, response_model=SharedDaySheet)
async def share_day_sheet(tx: ByNurse, body: NewDaySheetShare, response: Response) -> object:
    """Let an agency that comes to the client see when the team does, and whom it rings, as the client agrees."""
    share, secret = await around.share_day_sheet(tx, body)
    return {"share": tagged(share, response), "address": f"{ADDRESS}#{secret}"}


@router.get("/day-sheet-shares", response_model=Page[DaySheetShareShape])
async def list_day_sheet_shares(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """Which agencies were given a link, newest first."""
    return await around.list_day_sheet_shares(tx, page, client_id=client_id)


@router.get("/day-sheet-shares/{day_sheet_share_id}", response_model=DaySheetShareShape)
async def read_day_sheet_share(tx: ByNurse, day_sheet_share_id: UUID, response: Response) -> object:
    """One share."""
    return tagged(await around.read_day_sheet_share(tx, day_sheet_share_id), response)


@router.post("/day-sheet-shares/{day_sheet_share_id}/withdraw", response_model=DaySheetShareShape)
async def withdraw_day_sheet_share(
    tx: ByNurse, day_sheet_share_id: UUID, version: IfMatch, response: Response
) -> object:
    """End it at once."""
    return tagged(await around.withdraw_day_sheet_share(tx, day_sheet_share_id, version), response)


@page_router.get("/day-sheets/page", response_class=HTMLResponse)
async def day_sheet_page() -> HTMLResponse:
    """The one page of all day sheets, for people; the link is after its `#`."""
    return PAGE.shown()


@by_link.post("/day-sheets/look", response_model=DaySheetByLink)
async def look_at_day_sheet(tx: Open, body: ShownDaySheet) -> object:
    """One day of one client, as they are now, for the agency that was given the link: for its system, and its page.

    Whatever the reason why a link opens nothing any more, the answer is that there is no such link.
    """
    return _shown(await around.look_at_day_sheet(tx, body))


def _shown(sheet: DaySheet) -> dict[str, Any]:
    share = sheet.share
    told = {name: getattr(share, name) for name in ("agency", "agency_ref", "until_at")}
    names = ("on", "first_on", "last_on", "is_paused", "our_visits", "who_to_ring")
    told |= {name: getattr(sheet, name) for name in names}
    return {**told, "agency_calls": None if sheet.agency_calls is None else [*map(_call, sheet.agency_calls)]}


def _call(call: Call) -> dict[str, Any]:
    return {"kind": call.care.kind, "starts_at": call.starts_at, "ends_at": call.ends_at}
