"""Acuity reviews: how heavy the care of each client is, and what that comes to for the team."""

from datetime import date
from uuid import UUID

from services.caseload import usecases
from services.caseload.domain.acuity_review import NewAcuityReview
from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["caseload"])


class AcuityReviewShape(Answer):
    """The total of a review against what the team could carry on that day, by its members and the rule of the day."""

    id: UUID
    team_id: UUID
    version: int
    reviewed_on: date
    reviewed_by: UUID | None
    clients: int
    total: int
    members: int
    clients_per_member: float | None
    acuity_per_member: float | None
    most_per_member: int
    is_over: bool


class AcuityScoreShape(Answer):
    client_id: UUID
    acuity: int
    reason: str


class WholeReview(Answer):
    review: AcuityReviewShape
    scores: list[AcuityScoreShape]


def _whole(found: tuple[object, object]) -> dict[str, object]:
    review, scores = found
    return {"review": review, "scores": scores}


@router.post("/acuity-reviews", status_code=201, response_model=WholeReview)
async def review_acuity(tx: ByNurse, body: NewAcuityReview) -> object:
    """Say of everybody in the team's care how heavy it is, from 1 to 5, and why; roster hears the total."""
    return _whole(await usecases.review_acuity(tx, body))


@router.get("/acuity-reviews", response_model=Page[AcuityReviewShape])
async def list_acuity_reviews(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The reviews of the caller's teams, the newest first."""
    return await usecases.list_acuity_reviews(tx, page, team_id=team_id)


@router.get("/acuity-reviews/{acuity_review_id}", response_model=WholeReview)
async def read_acuity_review(tx: ByNurse, acuity_review_id: UUID) -> object:
    """One review with the score of each client and its reason, the heaviest first."""
    return _whole(await usecases.read_acuity_review(tx, acuity_review_id))
