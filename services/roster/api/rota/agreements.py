"""What the team agreed beside the law, what was placed against a rule, and the rest that is owed."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.roster.api.rota.people_shapes import PlacedBreachShape, RestOwedShape, TeamAgreementShape
from services.roster.domain.team_agreement import NewTeamAgreement
from services.roster.usecases import agreed, placing, resting

router = api_router(tags=["rules of a rota"])


@router.post("/team-agreements", status_code=201, response_model=TeamAgreementShape)
async def agree_rule(tx: ByNurse, body: NewTeamAgreement) -> object:
    """Another limit or price that the team keeps from a day on, such as longer shifts."""
    return await agreed.agree_rule(tx, body)


@router.get("/team-agreements", response_model=Page[TeamAgreementShape])
async def list_agreements(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """What the caller's teams agreed."""
    return await agreed.list_agreements(tx, page, team_id=team_id)


@router.get("/breaches", response_model=Page[PlacedBreachShape])
async def list_breaches(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """What was placed against a rule, each with its ground."""
    return await placing.list_breaches(tx, page, team_id=team_id)


@router.get("/rest-owed", response_model=Page[RestOwedShape])
async def list_rest_owed(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    overdue: Annotated[bool | None, Query(description="Whether its day is past and it was not had.")] = None,
) -> object:
    """The rest that members of the caller's teams are owed, and had."""
    return await resting.list_rest_owed(tx, page, team_id=team_id, overdue=overdue)
