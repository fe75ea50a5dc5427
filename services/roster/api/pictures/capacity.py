"""What a team can take on in the weeks ahead, as a picture."""

from uuid import UUID

from fastapi import Request, Response

from services.common.http import api_router
from services.common.types import Day
from services.roster.api.callers import ByTeamOrAround
from services.roster.api.pictures.lights import WeekOfLights, drawn
from services.roster.api.pictures.page import PRODUCES, shown
from services.roster.api.shapes.capacity import WeekAheadShape, WeeksAheadShape
from services.roster.domain.capacity import Light
from services.roster.usecases import capacity

router = api_router(tags=["pictures"])


@router.get("/pictures/capacity", response_class=Response, responses=PRODUCES)
async def draw_weeks_ahead(tx: ByTeamOrAround, team_id: UUID, request: Request, week_of: Day | None = None) -> Response:
    """Eight weeks as a traffic light, with what `GET /capacity` tells the caller: SVG, PNG or a page with both."""
    found = WeeksAheadShape.model_validate(await capacity.weeks_ahead(tx, team_id, week_of))
    first, last = found.weeks[0].from_on, found.weeks[-1].to_on
    title = f"Capacity from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    return await shown(request, drawn(title, [_week(one) for one in found.weeks]))


def _week(told: WeekAheadShape) -> WeekOfLights:
    return WeekOfLights(
        told.from_on,
        None if told.light is None else Light(told.light),
        told.contracted_minutes,
        told.vacant_minutes,
        told.asked_minutes,
        told.capacity_minutes,
    )
