"""The client's own copy of the plan: on paper, or by a link for them or for a carer."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from services.caseload import usecases
from services.caseload.api.open_route import Link, Open, open_router
from services.caseload.api.plan_pdf import printed
from services.caseload.api.rendered import tagged
from services.caseload.domain.handover import ToCall
from services.caseload.domain.one_time_link import Opening, Pass
from services.caseload.domain.plan_copy import NewPlanCopyShare, PlanCopy
from services.caseload.usecases import assessing
from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["plan copies"])
sharing = APIRouter(prefix="/v1", tags=["plan copies"], route_class=ToldOnceRoute)
by_link = open_router(tags=["by link"])

A_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


class PlanCopyShareShape(Answer):
    """Without a carer it is the client's own. `opened_by` and `opened_as` are as whoever opened it named themselves."""

    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    carer_id: UUID | None
    agreed_how: str | None
    agreed_on: date | None
    shared_by: UUID | None
    until_at: datetime
    opened_at: datetime | None
    opened_by: str | None
    opened_as: str | None
    withdrawn_at: datetime | None


class SharedPlanCopy(Answer):
    """The link and the code are told this once: give them to whoever it is for by two separate ways."""

    share: PlanCopyShareShape
    link: str
    code: str


class CopiedLine(Answer):
    domain: str
    words: str


class NextVisitShape(Answer):
    """The window in which somebody comes, and who; a person is told by what they are to the client."""

    starts_at: datetime
    ends_at: datetime
    channel: str
    who: str


class PlanByLink(Answer):
    """The plan as it stands, in the client's words. A draft was not agreed yet."""

    given_name: str
    family_name: str
    status: str
    agreed_on: date | None
    client_words: str
    what_matters: str | None
    lines: list[CopiedLine]
    expected_visits: int
    ends_on: date
    who_to_call: list[ToCall]
    next_visits: list[NextVisitShape]


class OpenedPlan(Answer):
    """`pass_key` is told this once: it is what looking again asks for."""

    plan: PlanByLink
    pass_key: str


def _shown(copy: PlanCopy) -> dict[str, Any]:
    named = {name: getattr(copy.client, name) for name in ("given_name", "family_name")}
    told = {"lines": copy.lines, "what_matters": copy.what_matters, "next_visits": copy.next_visits}
    return {**copy.plan.model_dump(), **named, **told}


async def _on_paper(copy: PlanCopy) -> Response:
    headers = {"Content-Disposition": 'inline; filename="care-plan.pdf"', "Cache-Control": "no-store"}
    return Response(await run_in_threadpool(printed, copy), media_type="application/pdf", headers=headers)


@router.get("/care-plans/{care_plan_id}/copy.pdf", response_class=Response, responses=A_PDF)
async def print_care_plan(tx: ByNurse, care_plan_id: UUID) -> Response:
    """The client's copy of the plan to print, in large letters; marked as a draft until they agree."""
    return await _on_paper(await assessing.print_care_plan(tx, care_plan_id))


@sharing.post("/plan-copy-shares", status_code=201, response_model=SharedPlanCopy)
async def share_plan_copy(tx: ByNurse, body: NewPlanCopyShare, response: Response) -> object:
    """Let the client, or a carer whom the client lets see it, read the plan and the next visits by a link."""
    share, handed_out = await assessing.share_plan_copy(tx, body)
    return {"share": tagged(share, response), "link": handed_out.link, "code": handed_out.code}


@router.get("/plan-copy-shares", response_model=Page[PlanCopyShareShape])
async def list_plan_copy_shares(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """Who was given a link, newest first, and whether it was opened."""
    return await assessing.list_plan_copy_shares(tx, page, client_id=client_id)


@router.get("/plan-copy-shares/{plan_copy_share_id}", response_model=PlanCopyShareShape)
async def read_plan_copy_share(tx: ByNurse, plan_copy_share_id: UUID, response: Response) -> object:
    """One share."""
    return tagged(await assessing.read_plan_copy_share(tx, plan_copy_share_id), response)


@router.post("/plan-copy-shares/{plan_copy_share_id}/withdraw", response_model=PlanCopyShareShape)
async def withdraw_plan_copy_share(
    tx: ByNurse, plan_copy_share_id: UUID, version: IfMatch, response: Response
) -> object:
    """End it at once."""
    return tagged(await assessing.withdraw_plan_copy_share(tx, plan_copy_share_id, version), response)


@by_link.post("/plan-copies/{link}/open", response_model=OpenedPlan)
async def open_plan_copy(tx: Open, link: Link, body: Opening) -> object:
    """Open your plan, once, with the code that came by another way; then look again with the pass."""
    copy, given = await usecases.open_plan_copy(tx, link, body)
    return {"plan": _shown(copy), "pass_key": given}


@by_link.post("/plan-copies/{link}/look", response_model=PlanByLink)
async def look_at_plan_copy(tx: Open, link: Link, body: Pass) -> object:
    """Look at your plan and your next visits as they are now."""
    return _shown(await usecases.look_at_plan_copy(tx, link, body))


@by_link.post("/plan-copies/{link}/print", response_class=Response, responses=A_PDF)
async def print_plan_copy(tx: Open, link: Link, body: Pass) -> Response:
    """Your plan to print."""
    return await _on_paper(await usecases.look_at_plan_copy(tx, link, body))
