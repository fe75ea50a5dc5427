"""Handovers for a night or a weekend: the team's side of them."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.caseload import usecases
from services.caseload.api.summary_shapes import OnePage, on_one_page
from services.caseload.domain.handover import HandoverStatus, NewHandover, Sending, ToCall
from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["handovers"])
sending = APIRouter(prefix="/v1", tags=["handovers"], route_class=ToldOnceRoute)


class HandoverShape(Answer):
    """`opened_by` and `opened_as` are how whoever opened the link named themselves. What is accepted and was not opened
    was accepted by their own system."""

    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    organisation: str
    ods_code: str | None
    role: str
    starts_at: datetime
    ends_at: datetime
    watch_for: str
    to_do: str
    who_to_call: list[ToCall]
    on_call_id: UUID
    written_by: UUID | None
    status: str
    accept_by: datetime | None
    sent_at: datetime | None
    sent_by: UUID | None
    end_of_life_number: int | None
    accepted_at: datetime | None
    opened_at: datetime | None
    opened_by: str | None
    opened_as: str | None
    ended_at: datetime | None


class TheirNoteShape(Answer):
    """What the other side wrote, under the name that they gave."""

    id: UUID
    words: str
    name: str
    role: str
    organisation: str
    written_at: datetime


class WholeHandover(HandoverShape):
    their_notes: list[TheirNoteShape]
    client: OnePage


class SentHandover(Answer):
    """The link and the code are told this once: give them to the other side by two separate ways."""

    handover: HandoverShape
    link: str
    code: str


@router.post("/handovers", status_code=201, response_model=HandoverShape)
async def draft_handover(tx: ByNurse, body: NewHandover, response: Response) -> object:
    """Write down for whom a service outside is to care, from when to when, what to watch for, and what to do then."""
    return tagged(await usecases.draft_handover(tx, body), response)


@router.get("/handovers", response_model=Page[HandoverShape])
async def list_handovers(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, status: HandoverStatus | None = None
) -> object:
    """The handovers of the caller's teams, newest first; `status=expired` are those that nobody accepted in time."""
    return await usecases.list_handovers(tx, page, client_id=client_id, status=status)


@router.get("/handovers/{handover_id}", response_model=WholeHandover)
async def read_handover(tx: ByNurse, handover_id: UUID, response: Response) -> object:
    """One handover with what the other side wrote back, and the client on one page, for whoever is on call."""
    handover, notes, found = await usecases.read_handover(tx, handover_id)
    told = HandoverShape.model_validate(tagged(handover, response)).model_dump()
    return {**told, "their_notes": notes, "client": on_one_page(found, tx.now)}


@sending.post("/handovers/{handover_id}/send", response_model=SentHandover)
async def send_handover(tx: ByNurse, handover_id: UUID, body: Sending, version: IfMatch, response: Response) -> object:
    """Send it, to be accepted by a deadline; or send it again, with another link and another code."""
    handover, handed_out = await usecases.send_handover(tx, handover_id, body, version)
    return {"handover": tagged(handover, response), "link": handed_out.link, "code": handed_out.code}


@router.post("/handovers/{handover_id}/return", response_model=HandoverShape)
async def return_handover(tx: ByNurse, handover_id: UUID, version: IfMatch, response: Response) -> object:
    """The client is with the team again; the link opens nothing more from now on."""
    return tagged(await usecases.return_handover(tx, handover_id, version), response)
