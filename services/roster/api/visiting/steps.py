"""Visits on their way: confirmed, begun, unanswered and missed."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router
from services.roster.api.shapes.visit import VisitShape
from services.roster.api.visits import tagged
from services.roster.domain.visit import Confirmation, NotDone
from services.roster.usecases import visiting

router = api_router(tags=["visits"])


@router.post("/visits/{visit_id}/confirm", response_model=VisitShape)
async def confirm_visit(
    tx: ByNurse, visit_id: UUID, body: Confirmation, version: IfMatch, response: Response
) -> object:
    """The client was told of the time, and how. A visit that is moved has to be confirmed again."""
    return tagged(await visiting.confirm_visit(tx, visit_id, body, version), response)


@router.post("/visits/{visit_id}/start", response_model=VisitShape)
async def start_visit(tx: ByNurse, visit_id: UUID, version: IfMatch, response: Response) -> object:
    """Whoever visits is at the door: team-mates are told where it does not end in time. No clock is shown of it."""
    return tagged(await visiting.start_visit(tx, visit_id, version), response)


@router.post("/visits/{visit_id}/no-reply", response_model=VisitShape)
async def find_nobody(tx: ByNurse, visit_id: UUID, body: NotDone, version: IfMatch, response: Response) -> object:
    """Nobody answered; say what was tried."""
    return tagged(await visiting.find_nobody(tx, visit_id, body, version), response)


@router.post("/visits/{visit_id}/missed", response_model=VisitShape)
async def miss_visit(tx: ByNurse, visit_id: UUID, body: NotDone, version: IfMatch, response: Response) -> object:
    """Nobody came; say why, so that it is made good and not made again."""
    return tagged(await visiting.miss_visit(tx, visit_id, body, version), response)
