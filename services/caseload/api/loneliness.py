"""Loneliness scores, and how they and the status of social contact changed."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged
from services.caseload.api.team import OutcomeShape
from services.caseload.domain.loneliness import NewLonelinessScore
from services.caseload.usecases import assessing
from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["loneliness"])


class LonelinessScoreShape(Answer):
    """The sum of `ucla_3`, higher is lonelier; the code of `ons_direct`, from 1, often or always, to 5, never."""

    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    episode_of_care_id: UUID
    scale: str
    occasion: str
    asked_on: date
    score: int
    asked_by: UUID | None


class LonelinessShape(Answer):
    pairs: int
    at_admission: float
    later: float
    change: float
    less_lonely: int | None
    same: int | None
    lonelier: int | None
    lonely_at_admission: int | None
    lonely_later: int | None


class SocialContactFigures(Answer):
    """The status of Omaha problem 07, and each scale of loneliness; outside the team what stands on few is null."""

    as_of: date
    social_contact: OutcomeShape | None
    loneliness: dict[str, LonelinessShape | None]


@router.post("/loneliness-scores", status_code=201, response_model=LonelinessScoreShape)
async def score_loneliness(tx: ByNurse, body: NewLonelinessScore, response: Response) -> object:
    """Write down what a client answered to a question about loneliness, at admission or later."""
    return tagged(await assessing.score_loneliness(tx, body), response)


@router.get("/loneliness-scores", response_model=Page[LonelinessScoreShape])
async def list_loneliness_scores(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """The scores of a client, or of all of the caller's teams, newest first."""
    return await assessing.list_loneliness_scores(tx, page, client_id=client_id)


@router.get("/social-contact/summary", response_model=SocialContactFigures)
async def social_contact_figures(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """How social contact and loneliness changed since admission; outside the team as it stood at a month's end."""
    return await assessing.social_contact_figures(tx, team_id, as_of)
