"""Introductions of clients to assets, and what became of them after six weeks."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged
from services.caseload.domain.due import Due
from services.caseload.domain.introduction import Accepted, FollowUp, IntroductionStatus, NewIntroduction, Started
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["introductions"])


class IntroductionShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    asset_id: UUID
    hoped_for: str | None
    status: str
    offered_on: date
    accepted_on: date | None
    started_on: date | None
    due_on: date | None
    followed_up_on: date | None
    why_not: str | None
    words: str | None
    introduced_by: UUID | None


class IntroductionFigures(Answer):
    """Outside the team what stands on few is null."""

    followed_up: int | None
    still_going: int | None
    still_going_share: float | None
    why_not: dict[str, int | None]


@router.get("/introductions/summary", response_model=IntroductionFigures)
async def introduction_figures(tx: ByTeamOrBoard, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """Of those followed up in the period, the share still going, and why the others are not."""
    return await around.introduction_figures(tx, team_id, from_on, to_on)


@router.post("/introductions", status_code=201, response_model=IntroductionShape)
async def introduce(tx: ByNurse, body: NewIntroduction, response: Response) -> object:
    """Offer a client to be brought together with something the village has."""
    return tagged(await around.introduce(tx, body), response)


@router.get("/introductions", response_model=Page[IntroductionShape])
async def list_introductions(
    tx: ByNurse,
    page: Asked,
    client_id: UUID | None = None,
    asset_id: UUID | None = None,
    status: IntroductionStatus | None = None,
    due: Due | None = None,
) -> object:
    """Introductions of a client or to an asset; with `due` those to be followed up."""
    asked = {"client_id": client_id, "asset_id": asset_id}
    return await around.list_introductions(tx, page, status=status, due=due, **asked)


@router.get("/introductions/{introduction_id}", response_model=IntroductionShape)
async def read_introduction(tx: ByNurse, introduction_id: UUID, response: Response) -> object:
    """One introduction."""
    return tagged(await around.read_introduction(tx, introduction_id), response)


@router.post("/introductions/{introduction_id}/accept", response_model=IntroductionShape)
async def accept_introduction(
    tx: ByNurse, introduction_id: UUID, body: Accepted, version: IfMatch, response: Response
) -> object:
    """The client would like to go."""
    return tagged(await around.accept_introduction(tx, introduction_id, body, version), response)


@router.post("/introductions/{introduction_id}/start", response_model=IntroductionShape)
async def start_introduction(
    tx: ByNurse, introduction_id: UUID, body: Started, version: IfMatch, response: Response
) -> object:
    """The client went for the first time; from now on the days of `introduction.follow_up_days` are counted."""
    return tagged(await around.start_introduction(tx, introduction_id, body, version), response)


@router.post("/introductions/{introduction_id}/follow-up", response_model=IntroductionShape)
async def follow_up_introduction(
    tx: ByNurse, introduction_id: UUID, body: FollowUp, version: IfMatch, response: Response
) -> object:
    """Still going, or why not."""
    return tagged(await around.follow_up_introduction(tx, introduction_id, body, version), response)
