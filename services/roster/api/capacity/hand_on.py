"""What a leaver hands on."""

from uuid import UUID

from services.common.http import ByNurse, api_router
from services.roster.api.shapes.floor import HandOnListShape
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.get("/hand-on", response_model=HandOnListShape)
async def hand_on_list(tx: ByNurse, team_id: UUID) -> object:
    """Clients whose named nurse or deputy leaves soon, soonest first. Naming somebody else takes them off it."""
    return await capacity.hand_on_list(tx, team_id)
