"""What waits for a person of the team, over HTTP: taken in, or set aside with a reason."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged
from services.caseload.api.sync import RefusalShape
from services.caseload.domain.sync_operation import SetAside, SyncHeld, SyncOutcome
from services.caseload.usecases import sync
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["offline"])


class ReviewShape(Answer):
    """What waits, why, since when, and whose it is."""

    id: UUID
    version: int
    operation_id: UUID
    client_id: UUID | None
    device_id: UUID
    sequence: int
    kind: str | None
    outcome: SyncOutcome
    made_by: UUID | None
    pushed_by: UUID
    happened_at: datetime | None
    received_at: datetime
    clock_off_seconds: int
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
async def read_review(tx: ByNurse, review_id: UUID, response: Response) -> object:
    """One of them, with what was sent."""
    held = await sync.read_review(tx, review_id)
    etag(response, held)
    return {**_shown(held), "operation": None if held.content is None else json.loads(held.content)}


@router.post("/sync/reviews/{review_id}/take-in", response_model=TakenIn)
async def take_in(tx: ByNurse, review_id: UUID, version: IfMatch, response: Response) -> object:
    """Apply it, as whoever did it."""
    held, effect = await sync.take_in(tx, review_id, version)
    applied = {"applied": effect.outcome, "applied_version": effect.version, "conflict_id": effect.conflict_id}
    return {**_shown(tagged(held, response)), **applied}


@router.post("/sync/reviews/{review_id}/set-aside", response_model=ReviewShape)
async def set_aside(tx: ByNurse, review_id: UUID, body: SetAside, version: IfMatch, response: Response) -> object:
    """It is not applied, and why."""
    return tagged(await sync.set_aside(tx, review_id, body, version), response)
