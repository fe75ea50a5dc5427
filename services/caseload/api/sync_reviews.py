"""What waits for a person of the team, over HTTP: taken in, or set aside with a reason."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged
from services.caseload.api.sync import RefusalShape
from services.caseload.domain.sync_operation import SyncHeld, SyncOutcome
from services.caseload.domain.sync_review import SetAside, TakingIn
from services.caseload.usecases import sync
from services.common.http import ByNurse, IfMatch, api_router, written
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["offline"])


class ReviewShape(Answer):
    """What waits, why, since when, and whose it is: the client's team's, or `kept_for` one person.

    `happened_at` and `clock_off_seconds` are None where the clock said what cannot be so: who takes it in says when.
    """

    id: UUID
    version: int
    operation_id: UUID
    client_id: UUID | None
    kept_for: UUID | None
    device_id: UUID
    sequence: int
    kind: str | None
    outcome: SyncOutcome
    made_by: UUID | None
    pushed_by: UUID
    happened_at: datetime | None
    received_at: datetime
    clock_off_seconds: int | None
    refusal: RefusalShape | None
    settled_at: datetime | None
    settled_by: UUID | None
    decision: str | None
    reason: str | None


class WholeReview(ReviewShape):
    """With what was sent, as it was sent, until it is settled."""

    operation: dict[str, Any] | None


class TakenIn(ReviewShape):
    applied: SyncOutcome
    applied_version: int | None
    conflict_id: UUID | None


def _shown(held: SyncHeld) -> dict[str, Any]:
    return ReviewShape.model_validate(held).model_dump()


@router.get("/sync/reviews", response_model=Page[ReviewShape])
async def list_reviews(tx: ByNurse, page: Asked, outcome: SyncOutcome | None = None, open: bool = True) -> object:
    """Late pushes, refusals and what this release does not know, of the caller's teams."""
    return await sync.list_reviews(tx, page, outcome=outcome, is_open=open)


@router.get("/sync/reviews/{review_id}", response_model=WholeReview)
async def read_review(tx: ByNurse, review_id: UUID) -> Response:
    """One of them, with what was sent."""
    held = await sync.read_review(tx, review_id)
    shown = ReviewShape.model_validate(held).model_dump_json()
    # As it was kept, in ASCII: half a letter, or a number too large to be one, is no reason not to show it.
    return written(f'{shown[:-1]},"operation":{held.content or "null"}}}', version=held.version)


@router.post("/sync/reviews/{review_id}/take-in", response_model=TakenIn)
async def take_in(tx: ByNurse, review_id: UUID, body: TakingIn, version: IfMatch, response: Response) -> object:
    """Apply it, as whoever did it; somebody else than who sent it does, where a second person has to look."""
    held, effect = await sync.take_in(tx, review_id, body, version)
    applied = {"applied": effect.outcome, "applied_version": effect.version, "conflict_id": effect.conflict_id}
    return {**_shown(tagged(held, response)), **applied}


@router.post("/sync/reviews/{review_id}/set-aside", response_model=ReviewShape)
async def set_aside(tx: ByNurse, review_id: UUID, body: SetAside, version: IfMatch, response: Response) -> object:
    """It is not applied, and why."""
    return tagged(await sync.set_aside(tx, review_id, body, version), response)
