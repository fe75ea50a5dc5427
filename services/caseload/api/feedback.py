"""Feedback by clients and carers: the quarter's sample, their answers, and the figures."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged, whole
from services.caseload.domain.feedback import Answered, NewFeedbackRound
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, ToldOnceRoute, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["feedback"])
sending = APIRouter(prefix="/v1", tags=["feedback"], route_class=ToldOnceRoute)


class FeedbackRoundShape(Answer):
    """Ordered by the SHA-256 of `seed/id`, the first `size` ids of the frame are those who are asked."""

    id: UUID
    team_id: UUID
    version: int
    quarter_on: date
    seed: str
    frame: list[UUID]
    size: int
    drawn_by: UUID | None


class FeedbackAskedShape(Answer):
    id: UUID
    version: int
    feedback_round_id: UUID
    client_id: UUID
    carer_id: UUID | None
    given_on: date | None
    channel: str | None
    score: int | None
    words: str | None
    written_by: UUID | None
    link_until_at: datetime | None


class WholeFeedbackRound(FeedbackRoundShape):
    asked: list[FeedbackAskedShape]


class FeedbackFigures(Answer):
    """Outside the team what stands on few is null."""

    quarter_on: date
    asked: int | None
    answered: int | None
    answered_by: dict[str, int | None]
    response_rate: float | None
    score: float | None


class FeedbackLink(Answer):
    """The link and the code are told this once: give them to whoever is asked by two separate ways."""

    asked: FeedbackAskedShape
    link: str
    code: str


@router.post("/feedback-rounds", status_code=201, response_model=WholeFeedbackRound)
async def draw_feedback_round(tx: ByNurse, body: NewFeedbackRound, response: Response) -> object:
    """Draw at random, once a quarter, which clients and carers are asked."""
    return whole(await around.draw_feedback_round(tx, body), "asked", response)


@router.get("/feedback-rounds", response_model=Page[FeedbackRoundShape])
async def list_feedback_rounds(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The rounds so far."""
    return await around.list_feedback_rounds(tx, page, team_id=team_id)


@router.get("/feedback-rounds/{feedback_round_id}", response_model=WholeFeedbackRound)
async def read_feedback_round(tx: ByNurse, feedback_round_id: UUID, response: Response) -> object:
    """One round: who is asked, and what they answered."""
    return whole(await around.read_feedback_round(tx, feedback_round_id), "asked", response)


@router.get("/feedback/summary", response_model=FeedbackFigures)
async def feedback_figures(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """Response rate and score of the quarter that a day is in; outside the team of a quarter that is over."""
    return await around.feedback_figures(tx, team_id, as_of)


@router.get("/feedback/{asked_id}", response_model=FeedbackAskedShape)
async def read_feedback(tx: ByNurse, asked_id: UUID, response: Response) -> object:
    """One person who is asked, with their answer if there is one."""
    return tagged(await around.read_feedback(tx, asked_id), response)


@router.post("/feedback/{asked_id}/answer", response_model=FeedbackAskedShape)
async def answer_feedback(tx: ByNurse, asked_id: UUID, body: Answered, version: IfMatch, response: Response) -> object:
    """Write down what somebody who was asked says, on the phone, on paper or in person."""
    return tagged(await around.answer_feedback(tx, asked_id, body, version), response)


@sending.post("/feedback/{asked_id}/send-link", response_model=FeedbackLink)
async def send_feedback_link(tx: ByNurse, asked_id: UUID, version: IfMatch, response: Response) -> object:
    """Let whoever is asked answer by themselves; a link that was sent before opens nothing more."""
    asked, handed_out = await around.send_feedback_link(tx, asked_id, version)
    return {"asked": tagged(asked, response), "link": handed_out.link, "code": handed_out.code}
