"""Places, and what the team knows of the ways between them: said, put right and forgotten."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound, PreconditionFailed
from services.common.paging import PageRequest, page
from services.roster.domain.place import KNOWN_ALREADY, Place, PlaceDetails, PlaceKind, TravelOverride, WayDetails
from services.roster.store import facts, places


async def put_place(tx: Transaction, place_id: UUID, details: PlaceDetails, if_match: int | None) -> Place:
    """Say where something or somebody is, or put it right. Without a version it is new.

    Raises `NotFound`, `UnknownClient`, `ClientNotInCare`, `NotYourHome`, `PlaceKnownAlready`, `PlaceOfSomethingElse`
    or `PreconditionFailed`.
    """
    await tx.require_team(details.team_id)
    if details.kind is PlaceKind.CLIENT:
        await _require_client(tx, details.team_id, details.subject_id)
    if if_match is None:
        if await places.known_id(tx, Place, place_id):
            raise PreconditionFailed("This place is there already.")
        place = Place.of(place_id, details, tx.actor.employee_id, tx.now)
        async with tx.refusing(KNOWN_ALREADY):
            tx.add(place)
        return place
    place = await _seen(tx, place_id, lock=True)
    require_version(place, if_match)
    place.put_right(details, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    await places.forget_ways(tx, place)
    return place


async def _require_client(tx: Transaction, team_id: UUID, client_id: UUID) -> None:
    """One whose care has ended is not found again by a late word of where they live."""
    tx.concerns(client_id)
    await facts.care_team(tx, team_id, client_id)
    await tx.take_turns(client_id)
    await facts.require_in_care(tx, team_id, client_id)


async def _seen(tx: Transaction, place_id: UUID, *, lock: bool = False) -> Place:
    """Raises `NotFound`, also for the home of somebody else."""
    place = await tx.get(Place, place_id, lock=lock)
    if place.is_hidden_from(tx.actor.employee_id):
        raise NotFound("place")
    return place


async def read_place(tx: Transaction, place_id: UUID) -> Place:
    """Raises `NotFound`."""
    place = await _seen(tx, place_id)
    _put_on_record(tx, [place])
    return place


async def list_places(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, kind: PlaceKind | None
) -> dict[str, Any]:
    """Of the homes of the members, one's own alone."""
    found = await page(tx, await places.listed(tx, team_id=team_id, kind=kind), Place, request)
    _put_on_record(tx, found["items"])
    return found


async def forget_place(tx: Transaction, place_id: UUID, if_match: int) -> None:
    """Nobody has to go there any more, or wants it to be known. Raises `NotFound` or `PreconditionFailed`."""
    place = await _seen(tx, place_id, lock=True)
    require_version(place, if_match)
    _put_on_record(tx, [place])
    await tx.session.delete(place)


def _put_on_record(tx: Transaction, seen: list[Place]) -> None:
    tx.concerns(*(place.subject_id for place in seen if place.kind == PlaceKind.CLIENT))


async def put_way(tx: Transaction, override_id: UUID, details: WayDetails, if_match: int | None) -> TravelOverride:
    """Say how long a way takes, or put it right. Without a version it is new.

    Raises `NotFound`, `WayKnownAlready`, `WayOfOtherPlaces` or `PreconditionFailed`.
    """
    await tx.require_team(details.team_id)
    for place_id in (details.from_place_id, details.to_place_id):
        if (await _seen(tx, place_id)).team_id != details.team_id:
            raise NotFound("place")
    if if_match is None:
        if await places.known_id(tx, TravelOverride, override_id):
            raise PreconditionFailed("This travel override is there already.")
        way = TravelOverride.of(override_id, details, tx.actor.employee_id, tx.now)
        async with tx.refusing(KNOWN_ALREADY):
            tx.add(way)
        return way
    way = await tx.get(TravelOverride, override_id, lock=True)
    require_version(way, if_match)
    way.put_right(details, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return way


async def list_ways(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await places.listed_overrides(tx, team_id=team_id), TravelOverride, request)


async def forget_way(tx: Transaction, override_id: UUID, if_match: int) -> None:
    """What is reckoned holds again. Raises `NotFound` or `PreconditionFailed`."""
    way = await tx.get(TravelOverride, override_id, lock=True)
    for place_id in (way.from_place_id, way.to_place_id):
        await _seen(tx, place_id)
    require_version(way, if_match)
    await tx.session.delete(way)
