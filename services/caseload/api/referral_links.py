"""Links to refer by: a team gives them away, and whoever got one refers by it, with no account."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from services.caseload.api.callers import ByNurseOrCoach
from services.caseload.api.open_page import ScriptedPage
from services.caseload.api.open_route import OVER, Open, OpenPage, OpenRoute
from services.caseload.domain.referral_link import NewReferralLink, OpenReferral, ShownLink, ShownReceipt
from services.caseload.usecases import getting_in
from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer

PAGE = ScriptedPage("refer.html")

router = api_router(tags=["referral links"])
giving = APIRouter(prefix="/v1", tags=["referral links"], route_class=ToldOnceRoute)
page_router = APIRouter(prefix="/refer", tags=["referring with no account"], route_class=OpenPage)
open_router = APIRouter(prefix="/refer", tags=["referring with no account"], route_class=OpenRoute, responses=OVER)


class ReferralLinkShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    kind: str
    given_to: str
    source: str
    made_by: UUID | None
    made_at: datetime
    expires_at: datetime
    most_uses: int
    uses: int
    withdrawn_at: datetime | None


class GivenLink(Answer):
    """`address` is told now and never again. What is after its `#` stays in the browser, and is in no log."""

    link: ReferralLinkShape
    address: str


class OpenLink(Answer):
    """Whom the link was given to, and whether they refer themselves."""

    given_to: str
    source: str
    expires_at: datetime


class Receipt(Answer):
    """The team has it, and will be in touch."""

    id: UUID
    received_at: datetime


class WhatBecame(Answer):
    """What became of a referral, with nothing of the person in it: where it stands, and when it was answered.

    Who was taken on has a named nurse, told by role; who was not, a reason and where to turn.
    """

    id: UUID
    status: str
    received_at: datetime
    answered_at: datetime | None = Field(validation_alias="decided_at")
    named_nurse_role: str | None
    not_taken_reason: str | None
    signpost: str | None


@giving.post("/referral-links", status_code=201, response_model=GivenLink)
async def give_referral_link(tx: ByNurseOrCoach, body: NewReferralLink) -> object:
    """Give a person, or a place such as the library, a link to refer somebody by with no account."""
    link, secret = await getting_in.give_referral_link(tx, body)
    return {"link": link, "address": f"/refer/form#{secret}"}


@router.get("/referral-links", response_model=Page[ReferralLinkShape])
async def list_referral_links(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The links that were given away for the caller's teams, open and closed."""
    return await getting_in.list_referral_links(tx, page, team_id=team_id)


@router.get("/referral-links/{referral_link_id}", response_model=ReferralLinkShape)
async def read_referral_link(tx: ByNurse, referral_link_id: UUID, response: Response) -> object:
    """One link, and how often it was used."""
    return tagged(await getting_in.read_referral_link(tx, referral_link_id), response)


@router.post("/referral-links/{referral_link_id}/withdraw", response_model=ReferralLinkShape)
async def withdraw_referral_link(tx: ByNurse, referral_link_id: UUID, version: IfMatch, response: Response) -> object:
    """Close a link at once."""
    return tagged(await getting_in.withdraw_referral_link(tx, referral_link_id, version), response)


@page_router.get("/form", response_class=HTMLResponse)
async def referral_page() -> HTMLResponse:
    """The one page of the form, for whoever was given a link."""
    return PAGE.shown()


@open_router.post("/look", response_model=OpenLink)
async def look_at_link(tx: Open, body: ShownLink) -> object:
    """Whether this link is open, before the form is filled in."""
    return await getting_in.look_at_link(tx, body.secret)


@open_router.post("/referrals", status_code=201, response_model=Receipt)
async def refer_by_link(tx: Open, body: OpenReferral) -> object:
    """Refer a person, who agrees, by the link that was given."""
    return await getting_in.refer_by_link(tx, body)


@open_router.post("/status", response_model=WhatBecame)
async def look_at_referral(tx: Open, body: ShownReceipt) -> object:
    """What became of a referral, for whoever made it: ask as often as you like with the link and the receipt's id."""
    return await getting_in.look_at_referral(tx, body)
