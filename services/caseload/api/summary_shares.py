"""Summary shares: a client's summary by a link that opens once and is on record."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.caseload import usecases
from services.caseload.domain.summary_share import NewSummaryShare
from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["summary shares"])
sharing = APIRouter(prefix="/v1", tags=["summary shares"], route_class=ToldOnceRoute)


class SummaryShareShape(Answer):
    """`opened_by` and `opened_as` are how whoever opened it named themselves."""

    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    organisation: str
    role: str
    purpose: str
    agreed_how: str
    shared_by: UUID | None
    until_at: datetime
    opened_at: datetime | None
    opened_by: str | None
    opened_as: str | None
    withdrawn_at: datetime | None


class SharedSummary(Answer):
    """The link and the code are told this once: give them to the professional by two separate ways."""

    share: SummaryShareShape
    link: str
    code: str


@sharing.post("/summary-shares", status_code=201, response_model=SharedSummary)
async def share_summary(tx: ByNurse, body: NewSummaryShare, response: Response) -> object:
    """Let a professional elsewhere, such as the GP, open what the client agrees to show, once."""
    share, handed_out = await usecases.share_summary(tx, body)
    return {"share": tagged(share, response), "link": handed_out.link, "code": handed_out.code}


@router.get("/summary-shares", response_model=Page[SummaryShareShape])
async def list_summary_shares(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """What was shared of the clients of the caller's teams, newest first, and whether it was opened."""
    return await usecases.list_summary_shares(tx, page, client_id=client_id)


@router.get("/summary-shares/{summary_share_id}", response_model=SummaryShareShape)
async def read_summary_share(tx: ByNurse, summary_share_id: UUID, response: Response) -> object:
    """One share."""
    return tagged(await usecases.read_summary_share(tx, summary_share_id), response)


@router.post("/summary-shares/{summary_share_id}/withdraw", response_model=SummaryShareShape)
async def withdraw_summary_share(tx: ByNurse, summary_share_id: UUID, version: IfMatch, response: Response) -> object:
    """End it at once."""
    return tagged(await usecases.withdraw_summary_share(tx, summary_share_id, version), response)
