"""Decisions by consent: proposed, positions taken, adopted or not."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.governance import usecases
from services.governance.api.shapes import DecisionShape, WholeDecision
from services.governance.domain.decision import Adoption, DecisionStatus, NewDecision, NotAdopting
from services.governance.domain.position import NewPosition

router = api_router(tags=["decisions"])


def _whole(made: Any, response: Response) -> dict[str, Any]:
    etag(response, made.decision)
    parts = {"positions": made.positions, "history": made.history, "consent": made.consent}
    return {**DecisionShape.model_validate(made.decision).model_dump(), **parts}


@router.post("/decisions", status_code=201, response_model=WholeDecision)
async def raise_decision(tx: ByNurse, body: NewDecision, response: Response) -> object:
    """Propose something to the team."""
    return _whole(await usecases.raise_decision(tx, body), response)


@router.get("/decisions", response_model=Page[DecisionShape])
async def list_decisions(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    status: Annotated[DecisionStatus | None, Query()] = None,
    needs_me: Annotated[bool, Query(description="Only open ones on which the caller has taken no position.")] = False,
) -> object:
    """The decisions of the caller's teams."""
    return await usecases.list_decisions(tx, page, team_id=team_id, status=status, needs_me=needs_me)


@router.get("/decisions/{decision_id}", response_model=WholeDecision)
async def read_decision(tx: ByNurse, decision_id: UUID, response: Response) -> object:
    """One decision with everybody's position, now and before."""
    return _whole(await usecases.read_decision(tx, decision_id), response)


@router.post("/decisions/{decision_id}/positions", status_code=201, response_model=WholeDecision)
async def take_position(tx: ByNurse, decision_id: UUID, body: NewPosition, response: Response) -> object:
    """Agree, live with it, object with a reason, or say that one was not here. It replaces the position before."""
    return _whole(await usecases.take_position(tx, decision_id, body), response)


@router.post("/decisions/{decision_id}/adopt", response_model=WholeDecision)
async def adopt_decision(
    tx: ByNurse, decision_id: UUID, body: Adoption, version: IfMatch, response: Response
) -> object:
    """Adopt it: nobody objects, and enough of the team took a position, more than one of them in person."""
    return _whole(await usecases.adopt_decision(tx, decision_id, body, version), response)


@router.post("/decisions/{decision_id}/not-adopt", response_model=WholeDecision)
async def not_adopt_decision(
    tx: ByNurse, decision_id: UUID, body: NotAdopting, version: IfMatch, response: Response
) -> object:
    """Let it go, and say why."""
    return _whole(await usecases.not_adopt_decision(tx, decision_id, body, version), response)
