"""Where bases, clients and members are, and what the team knows of the ways between them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.common.http import ByNurse, IfMatch, IfMatchOrNew, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster.domain.place import PlaceDetails, PlaceKind, WayDetails
from services.roster.usecases import travelling

router = api_router(tags=["places"])


class PlaceShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    kind: str
    subject_id: UUID
    name: str | None
    latitude: float
    longitude: float
    source: str
    changed_at: datetime


class WayShape(Answer):
    """It holds for the way back as well, until that is said too."""

    id: UUID
    team_id: UUID
    version: int
    from_place_id: UUID
    to_place_id: UUID
    minutes: int


@router.put("/places/{place_id}", response_model=PlaceShape)
async def put_place(
    tx: ByNurse, place_id: UUID, body: PlaceDetails, version: IfMatchOrNew, response: Response
) -> object:
    """Say where a base, a client or oneself is, or put it right. The team reads it; one's own home nobody else."""
    place = await travelling.put_place(tx, place_id, body, version)
    etag(response, place)
    return place


@router.get("/places", response_model=Page[PlaceShape])
async def list_places(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    kind: Annotated[PlaceKind | None, Query()] = None,
) -> object:
    """The places of the caller's teams; of the homes of members, the caller's own alone."""
    return await travelling.list_places(tx, page, team_id=team_id, kind=kind)


@router.get("/places/{place_id}", response_model=PlaceShape)
async def read_place(tx: ByNurse, place_id: UUID, response: Response) -> object:
    """One place."""
    place = await travelling.read_place(tx, place_id)
    etag(response, place)
    return place


@router.delete("/places/{place_id}", status_code=204)
async def forget_place(tx: ByNurse, place_id: UUID, version: IfMatch) -> None:
    """Nobody has to go there any more, or wants it to be known; what was said of the ways there goes with it."""
    await travelling.forget_place(tx, place_id, version)


@router.put("/travel-overrides/{travel_override_id}", response_model=WayShape)
async def put_travel_override(
    tx: ByNurse, travel_override_id: UUID, body: WayDetails, version: IfMatchOrNew, response: Response
) -> object:
    """Say how long a way takes, where what is reckoned is not what the team knows, or put it right."""
    way = await travelling.put_way(tx, travel_override_id, body, version)
    etag(response, way)
    return way


@router.get("/travel-overrides", response_model=Page[WayShape])
async def list_travel_overrides(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """What the caller's teams know better of their ways."""
    return await travelling.list_ways(tx, page, team_id=team_id)


@router.delete("/travel-overrides/{travel_override_id}", status_code=204)
async def forget_travel_override(tx: ByNurse, travel_override_id: UUID, version: IfMatch) -> None:
    """What is reckoned holds again."""
    await travelling.forget_way(tx, travel_override_id, version)
