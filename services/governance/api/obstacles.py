"""Obstacles, read and moved on by the team and those around it. They concern no client."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Day
from services.governance import usecases
from services.governance.api.callers import ByWorkingGroup, ByWorkingOrSteeringGroup
from services.governance.api.shapes import ObstacleCounts, ObstacleShape, TimedObstacle
from services.governance.domain.obstacle import Clock, NewObstacle, Obstacle, Progress

router = api_router(tags=["obstacles"])


def _timed(timed: tuple[Obstacle, Clock]) -> dict[str, Any]:
    obstacle, clock = timed
    return {**ObstacleShape.model_validate(obstacle).model_dump(), **asdict(clock)}


@router.post("/obstacles", status_code=201, response_model=TimedObstacle)
async def raise_obstacle(tx: ByWorkingGroup, body: NewObstacle, response: Response) -> object:
    """Something holds the team up. Name no client: this is read outside the team."""
    timed = await usecases.raise_obstacle(tx, body)
    etag(response, timed[0])
    return _timed(timed)


@router.get("/obstacles", response_model=Page[TimedObstacle])
async def list_obstacles(
    tx: ByWorkingOrSteeringGroup,
    page: Asked,
    team_id: UUID | None = None,
    as_of: Annotated[Day | None, Query(description="The day on which age is told; today if left out.")] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Open, or closed, on that day.")] = None,
) -> object:
    """Obstacles with their age and where it puts them."""
    found = await usecases.list_obstacles(tx, page, team_id=team_id, as_of=as_of, is_open=is_open)
    return {**found, "items": [_timed(timed) for timed in found["items"]]}


@router.get("/obstacles/summary", response_model=ObstacleCounts)
async def count_obstacles(
    tx: ByWorkingOrSteeringGroup, team_id: UUID, as_of: Annotated[Day | None, Query()] = None
) -> object:
    """How many are open, by tag and by escalation."""
    return await usecases.count_obstacles(tx, team_id=team_id, as_of=as_of)


@router.get("/obstacles/{obstacle_id}", response_model=TimedObstacle)
async def read_obstacle(tx: ByWorkingOrSteeringGroup, obstacle_id: UUID, response: Response) -> object:
    """One obstacle, with the ETag that a change is made on."""
    timed = await usecases.read_obstacle(tx, obstacle_id)
    etag(response, timed[0])
    return _timed(timed)


@router.post("/obstacles/{obstacle_id}/progress", response_model=TimedObstacle)
async def progress_obstacle(
    tx: ByWorkingGroup, obstacle_id: UUID, body: Progress, version: IfMatch, response: Response
) -> object:
    """Own it, work on it, remove it, or say that it cannot be removed; made on the version last read."""
    timed = await usecases.progress_obstacle(tx, obstacle_id, body, version)
    etag(response, timed[0])
    return _timed(timed)
