"""What whoever has no login does with a link: the gateway leads here without a token."""

from datetime import date, datetime
from uuid import UUID

from services.caseload import usecases
from services.caseload.api.handovers import TheirNoteShape
from services.caseload.api.open_route import Link, Open, open_router
from services.caseload.api.summary_shapes import OnePage, on_one_page
from services.caseload.domain.feedback import AnsweredByLink
from services.caseload.domain.handover import NewHandoverNote, ToCall
from services.caseload.domain.one_time_link import Opening, Pass
from services.common.types import Answer

router = open_router(tags=["by link"])


class HandedOver(Answer):
    """What the other side needs for the night."""

    organisation: str
    role: str
    status: str
    starts_at: datetime
    ends_at: datetime
    watch_for: str
    to_do: str
    who_to_call: list[ToCall]


class HandoverByLink(Answer):
    handover: HandedOver
    client: OnePage


class AcceptedHandover(HandoverByLink):
    """`pass_key` is told this once: it is what looking again, writing back and being done ask for."""

    pass_key: str


class SummaryByLink(Answer):
    organisation: str
    role: str
    purpose: str
    client_id: UUID
    client: OnePage


@router.post("/handovers/{link}/accept", response_model=AcceptedHandover)
async def accept_handover(tx: Open, link: Link, body: Opening) -> object:
    """Accept a handover, once, with the code that came by another way; the client is shown on one page."""
    handover, given, found = await usecases.accept_handover(tx, link, body)
    return {"handover": handover, "client": on_one_page(found, tx.now), "pass_key": given}


@router.post("/handovers/{link}/look", response_model=HandoverByLink)
async def look_at_handover(tx: Open, link: Link, body: Pass) -> object:
    """Look at the client again, as they are now, until the handover ends."""
    handover, found = await usecases.look_at_handover(tx, link, body)
    return {"handover": handover, "client": on_one_page(found, tx.now)}


@router.post("/handovers/{link}/notes", status_code=201, response_model=TheirNoteShape)
async def write_back(tx: Open, link: Link, body: NewHandoverNote) -> object:
    """Tell the team what was seen and done; it is kept as yours."""
    return await usecases.write_back(tx, link, body)


@router.post("/handovers/{link}/done", response_model=HandedOver)
async def finish_handover(tx: Open, link: Link, body: Pass) -> object:
    """The night is over on your side; the link opens nothing more."""
    return await usecases.finish_handover(tx, link, body)


@router.post("/summaries/{link}/open", response_model=SummaryByLink)
async def open_summary(tx: Open, link: Link, body: Opening) -> object:
    """Open what a client shares with you, once, with the code that came by another way."""
    share, found = await usecases.open_summary(tx, link, body)
    about = {"organisation": share.organisation, "role": share.role, "purpose": share.purpose}
    return {**about, "client_id": share.client_id, "client": on_one_page(found, tx.now)}


class FeedbackByLink(Answer):
    """Nothing of who was asked."""

    given_on: date
    score: int


@router.post("/feedback/{link}/answer", response_model=FeedbackByLink)
async def answer_feedback_by_link(tx: Open, link: Link, body: AnsweredByLink) -> object:
    """Say how the care was, once, with the code that came by another way."""
    return await usecases.answer_feedback_by_link(tx, link, body)
