"""Queries about places, and about the ways between them."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.place import Place, PlaceKind, TravelOverride
from services.roster.domain.rounds.travel import Matrix
from services.roster.domain.way import KnownWay
from services.roster.store.of_team import of_team


async def listed(tx: Transaction, *, team_id: UUID | None, kind: PlaceKind | None) -> Select[Any]:
    """The team's places; of the homes of its members, one's own alone."""
    wanted = (await of_team(tx, Place, team_id)).where(
        or_(col(Place.kind) != PlaceKind.EMPLOYEE_HOME, col(Place.subject_id) == tx.actor.employee_id)
    )
    return wanted if kind is None else wanted.where(col(Place.kind) == kind)


async def listed_overrides(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    """What the team knows better of the ways between the places that the caller may see."""
    seen = select(col(Place.id)).where(
        or_(col(Place.kind) != PlaceKind.EMPLOYEE_HOME, col(Place.subject_id) == tx.actor.employee_id)
    )
    wanted = await of_team(tx, TravelOverride, team_id)
    return wanted.where(col(TravelOverride.from_place_id).in_(seen), col(TravelOverride.to_place_id).in_(seen))


async def known_id(tx: Transaction, model: type[Place | TravelOverride], row_id: UUID) -> bool:
    """Whether the caller's teams have this one already."""
    return bool(await tx.all(select(col(model.id)).where(col(model.id) == row_id)))


@asynccontextmanager
async def reckoning_with_homes(tx: Transaction, team_id: UUID) -> AsyncIterator[None]:
    """Inside, the database shows the homes of this team's members too: ways are reckoned, and no place is told."""
    await tx.session.execute(select(func.set_config("app.homes_of", str(team_id), True)))
    yield
    await tx.session.execute(select(func.set_config("app.homes_of", "", True)))


async def where_a_day_goes(
    tx: Transaction, team_id: UUID, client_ids: Collection[UUID], people: Collection[UUID]
) -> Sequence[Place]:
    """The team's bases, the oldest first, then the homes of these clients and of these members, as far as known."""
    wanted = select(Place).where(
        col(Place.team_id) == team_id,
        or_(
            col(Place.kind) == PlaceKind.BASE,
            (col(Place.kind) == PlaceKind.CLIENT) & col(Place.subject_id).in_(client_ids),
            (col(Place.kind) == PlaceKind.EMPLOYEE_HOME) & col(Place.subject_id).in_(people),
        ),
    )
    return await tx.all(wanted.order_by(col(Place.kind), col(Place.id)))


async def overrides_among(tx: Transaction, place_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Minutes from place to place, as the team says."""
    wanted = select(
        col(TravelOverride.from_place_id), col(TravelOverride.to_place_id), col(TravelOverride.minutes)
    ).where(col(TravelOverride.from_place_id).in_(place_ids), col(TravelOverride.to_place_id).in_(place_ids))
    return {(row[0], row[1]): row[2] for row in await tx.rows(wanted)}


async def known_ways(tx: Transaction, place_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], KnownWay]:
    """What a router told of the ways between these places."""
    wanted = select(KnownWay).where(
        col(KnownWay.from_place_id).in_(place_ids), col(KnownWay.to_place_id).in_(place_ids)
    )
    return {(way.from_place_id, way.to_place_id): way for way in await tx.all(wanted)}


async def teams_without_ways(tx: Transaction, since: datetime) -> Sequence[UUID]:
    """Whoever has a place of which nobody has asked for the ways since then."""
    is_due = or_(col(Place.ways_asked_at).is_(None), col(Place.ways_asked_at) < since)
    return await tx.all(select(col(Place.team_id)).where(is_due).distinct().order_by(col(Place.team_id)))


async def all_of(tx: Transaction, team_id: UUID) -> Sequence[Place]:
    return await tx.all(select(Place).where(col(Place.team_id) == team_id).order_by(col(Place.id)))


async def keep_ways(tx: Transaction, asked: Sequence[Place], matrix: Matrix) -> None:
    """What the router told, of the places that are still where they were when it was asked."""
    still = await _as_asked(tx, asked)
    numbers = [number for number, place in enumerate(asked) if place.id in still]
    rows = [
        {
            "from_place_id": asked[one].id,
            "to_place_id": asked[other].id,
            "team_id": asked[one].team_id,
            "road_minutes": matrix.minutes[one][other],
            "metres": round(matrix.kilometres[one][other] * 1000),
        }
        for one, other in product(numbers, repeat=2)
        if one != other and (one, other) not in matrix.untold
    ]
    new = insert(KnownWay)
    told = {name: new.excluded[name] for name in ("road_minutes", "metres")}
    if rows:
        await tx.session.execute(
            new.on_conflict_do_update(index_elements=["from_place_id", "to_place_id"], set_=told), rows
        )


async def note_ways_asked(tx: Transaction, asked: Sequence[Place]) -> None:
    still = await _as_asked(tx, asked)
    await tx.session.execute(update(Place).where(col(Place.id).in_(still)).values(ways_asked_at=tx.now))


async def _as_asked(tx: Transaction, asked: Sequence[Place]) -> set[UUID]:
    """Those of which nothing has changed since, held until the transaction ends."""
    wanted = select(col(Place.id), col(Place.version)).where(col(Place.id).in_([place.id for place in asked]))
    versions = {place.id: place.version for place in asked}
    return {row[0] for row in await tx.rows(wanted.with_for_update()) if versions[row[0]] == row[1]}


async def forget_ways(tx: Transaction, place: Place) -> None:
    """The place is elsewhere now; ways to the homes of others are among them."""
    ends = or_(col(KnownWay.from_place_id) == place.id, col(KnownWay.to_place_id) == place.id)
    async with reckoning_with_homes(tx, place.team_id):
        await tx.session.execute(delete(KnownWay).where(ends))


async def forget_client(tx: Transaction, team_id: UUID, client_id: UUID) -> None:
    """Nobody of the team goes there any more; what was said of the ways there goes with it."""
    of_client = (col(Place.kind) == PlaceKind.CLIENT, col(Place.subject_id) == client_id)
    await tx.session.execute(delete(Place).where(col(Place.team_id) == team_id, *of_client))


async def people_with_homes(tx: Transaction, team_id: UUID) -> frozenset[UUID]:
    """Whose journeys begin at home."""
    home = (col(Place.team_id) == team_id, col(Place.kind) == PlaceKind.EMPLOYEE_HOME)
    async with reckoning_with_homes(tx, team_id):
        return frozenset(await tx.all(select(col(Place.subject_id)).where(*home)))


async def forget_homes_of_leavers(tx: Transaction) -> int:
    """The homes of whoever belonged to the team, and does so neither today nor from a later day; how many there were.

    Of whom no membership is told at all nothing is forgotten: the copy of them may be on its way.
    """
    member = tx.metadata.tables["team_member"]
    theirs = (member.c.team_id == col(Place.team_id), member.c.employee_id == col(Place.subject_id))
    goes_on = member.c.until_on.is_(None) | (member.c.until_on >= tx.today)
    left = delete(Place).where(
        col(Place.kind) == PlaceKind.EMPLOYEE_HOME, exists().where(*theirs), ~exists().where(*theirs, goes_on)
    )
    return len(await tx.all(left.returning(col(Place.id))))
