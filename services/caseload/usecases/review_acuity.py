"""Reviewing acuity: the team says how heavy the care of each client is, and roster hears the total."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.caseload.domain.acuity_review import AcuityReview, AcuityScore, NewAcuityReview, require_whole
from services.caseload.domain.rule import RuleCode
from services.caseload.events import AcuityReviewCompleted
from services.caseload.store import episodes
from services.common.db import Transaction
from services.common.membership import members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts

Reviewed = tuple[AcuityReview, Sequence[AcuityScore]]


async def review_acuity(tx: Transaction, new: NewAcuityReview) -> Reviewed:
    """The team judges its whole caseload. Raises `NotFound`, `NotOnTheCaseload` or `ClientsLeftOut`."""
    await tx.require_team(new.team_id)
    require_whole(new.scores, await episodes.clients_in_care(tx, new.team_id))
    (most,) = await amounts(tx, tx.today, RuleCode.CLIENTS_PER_MEMBER)
    review = AcuityReview(
        id=new.id,
        team_id=new.team_id,
        reviewed_on=tx.today,
        reviewed_by=tx.actor.employee_id,
        clients=len(new.scores),
        total=sum(score.acuity for score in new.scores),
        members=len(await members(tx, new.team_id, tx.today)),
        most_per_member=most,
        changed_at=tx.now,
    )
    tx.add(review)
    await tx.session.flush()
    scores = [AcuityScore(**one.model_dump(), team_id=new.team_id, acuity_review_id=new.id) for one in new.scores]
    tx.session.add_all(scores)
    completed = AcuityReviewCompleted(
        acuity_review_id=review.id,
        team_id=review.team_id,
        reviewed_on=review.reviewed_on,
        clients=review.clients,
        total=review.total,
    )
    tx.publish(completed, about=review)
    return review, scores


async def read_acuity_review(tx: Transaction, acuity_review_id: UUID) -> Reviewed:
    review = await tx.get(AcuityReview, acuity_review_id)
    return review, await episodes.acuity_scores(tx, review)


async def list_acuity_reviews(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The newest first."""
    return await page(tx, await episodes.acuity_reviews(tx, team_id=team_id), AcuityReview, request, newest_first=True)
