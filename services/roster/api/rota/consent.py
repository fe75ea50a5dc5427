"""What the team says to a version of its rota, and what the meeting decides."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.roster.api.rota.shapes import ResponseShape, WholeVersionShape
from services.roster.api.rota.versions import shown_whole
from services.roster.domain.rota_version.consent import NewDecision, NewResponse
from services.roster.usecases import rota

router = api_router(tags=["rota versions"])


@router.post("/rota-versions/{rota_version_id}/responses", status_code=201, response_model=ResponseShape)
async def respond_to_rota(tx: ByNurse, rota_version_id: UUID, body: NewResponse, response: Response) -> object:
    """One's own answer, in the place of the last: fine, can live with it, or an objection with its reason."""
    return tagged(await rota.respond_to_rota(tx, rota_version_id, body), response)


@router.post("/rota-responses/{rota_response_id}/withdraw", response_model=ResponseShape)
async def withdraw_response(tx: ByNurse, rota_response_id: UUID, version: IfMatch, response: Response) -> object:
    """Whoever gave an answer takes it back."""
    return tagged(await rota.withdraw_response(tx, rota_response_id, version), response)


@router.post("/rota-versions/{rota_version_id}/decision", status_code=201, response_model=WholeVersionShape)
async def decide_rota(tx: ByNurse, rota_version_id: UUID, body: NewDecision, response: Response) -> object:
    """The meeting agrees: nobody objects, and all who are there can live with it."""
    return shown_whole(await rota.decide_rota(tx, rota_version_id, body), response)
