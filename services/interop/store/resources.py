"""The FHIR resources: kept as projections with all their versions, and with what they are found by."""

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import col
from uuid6 import uuid7

from services.common.db import Transaction
from services.interop.domain.resource import Found, Projected, Resource, ResourceHistory, SearchAmount, SearchTime
from services.interop.fhir.indexing import found_by

REPLACED = ("team_id", "client_id", "owner_version", "tokens", "facts")
# What a partner writes says nothing of these.
OF_THE_OWNER = ("owner_version", "facts")
KEPT = ("resource_type", "resource_id", "team_id", "client_id", "content", "changed_at")
Key = tuple[str, UUID]
# Of an EpisodeOfCare.
GOES_ON = {"active", "onhold"}
# The names of what an owner says beside a resource, for which a JSON null has none.
NAMES: Any = literal_column("'$ ? (@.type() == \"object\").keyvalue().key'")


class Standing(NamedTuple):
    """What is kept of a resource: which state of its owner, and the names of what the owner said beside it."""

    owner_version: int = 0
    beside: Sequence[str] = ()

    def lacks(self, item: Projected) -> bool:
        """Whether the owner says something beside the same state that was not told with it before."""
        return self.owner_version == item.owner_version and not set(item.facts or ()) <= set(self.beside)


async def in_care(tx: Transaction, client_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these clients have an episode of care that goes on, or pauses."""
    wanted = select(Resource).where(
        col(Resource.client_id).in_(client_ids), col(Resource.resource_type) == "EpisodeOfCare"
    )
    episodes: Sequence[Resource] = await tx.all(wanted)
    return {one.client_id for one in episodes if one.client_id and one.content["status"] in GOES_ON}


async def put(tx: Transaction, resources: Sequence[Projected]) -> None:
    """Keep these resources, each unless a state of its owner at least as new is kept already; made again, all of them.

    What says the same as before is found anew by its tokens, times and amounts, and stays at the version that it had.
    What an owner has come to say beside a state that is kept is taken to it.
    The rows are locked in one order, so that two events about one client cannot wait for each other.
    """
    kept = {} if tx.rebuilding else await _kept(tx, resources)
    known = [(item, kept.get((item.resource_type, item.resource_id), Standing())) for item in resources]
    newer = [item for item, standing in known if item.owner_version > standing.owner_version]
    if newer:
        await _write(tx, newer, by_owner=True)
    learning = [item for item, standing in known if standing.lacks(item)]
    if learning:
        await _learn(tx, learning)


async def write(tx: Transaction, resources: Sequence[Projected]) -> None:
    """Keep these resources as a partner wrote them, whatever their owner has told; what it tells next counts again."""
    await _write(tx, resources, by_owner=False)


async def _learn(tx: Transaction, items: Sequence[Projected]) -> None:
    """Keep what is said beside these states, and change nothing that is shown of them.

    A row that another event holds is passed over, for it may wait for one of ours; the next event takes it.
    """
    table: Any = Resource.__table__  # type: ignore[attr-defined]
    is_it = and_(
        table.c.resource_type == bindparam("of_type"),
        table.c.resource_id == bindparam("of_id"),
        table.c.owner_version == bindparam("of_version"),
    )
    free = select(table.c.id).where(is_it).with_for_update(skip_locked=True).scalar_subquery()
    learns = update(table).where(table.c.id == free).values(facts=bindparam("told"))
    rows = [
        {"of_type": one.resource_type, "of_id": one.resource_id, "of_version": one.owner_version, "told": one.facts}
        for one in items
    ]
    await tx.session.execute(learns, rows)


async def _write(tx: Transaction, items: Sequence[Projected], *, by_owner: bool) -> None:
    found = {(item.resource_type, item.resource_id): (item, item.found_by or found_by(item.content)) for item in items}
    rows = [_row(tx, item, by.tokens) for _, (item, by) in sorted(found.items(), key=itemgetter(0))]
    table: Any = Resource.__table__  # type: ignore[attr-defined]
    statement = insert(table)
    fresh = {name: statement.excluded[name] for name in REPLACED if by_owner or name not in OF_THE_OWNER}
    upsert = statement.on_conflict_do_update(
        constraint="one_resource_per_owner_id",
        set_={**fresh, **_versioned(table.c, statement.excluded)},
        where=_is_older(tx, statement.excluded.owner_version) if by_owner else None,
    )
    told = (table.c.resource_type, table.c.resource_id, table.c.version, table.c.id)
    written = (await tx.session.execute(upsert.returning(*told), rows)).all()
    versions = {(row.resource_type, row.resource_id): row.version for row in written}
    await _keep_versions(tx, rows, versions)
    made = {row["id"] for row in rows}
    known = [(row.resource_type, row.resource_id) for row in written if row.id not in made]
    await _index(tx, [found[key] for key in versions], known)


def _row(tx: Transaction, item: Projected, tokens: Sequence[str]) -> dict[str, Any]:
    told = {name: value for name, value in vars(item).items() if name != "found_by"}
    return {**told, "tokens": tokens, "id": uuid7(), "version": 1, "changed_at": tx.now}


def _versioned(kept: Any, told: Any) -> dict[str, ColumnElement[Any]]:
    """A new version where something else is said, or of somebody else; how JSON is spaced and ordered says nothing."""
    content = [cast(cast(cast(one.content, Text), JSONB), Text) for one in (kept, told)]
    whose = and_(kept.team_id == told.team_id, kept.client_id.is_not_distinct_from(told.client_id))
    is_same = and_(content[0] == content[1], whose)
    fresh = {"content": told.content, "changed_at": told.changed_at, "version": kept.version + 1}
    return {name: case((is_same, kept[name]), else_=value) for name, value in fresh.items()}


async def _keep_versions(tx: Transaction, rows: Sequence[dict[str, Any]], versions: Mapping[Key, int]) -> None:
    """What was written as a new version, and not what came too late to be."""
    kept = [
        {
            **{name: row[name] for name in KEPT},
            "id": uuid7(),
            "version": versions[row["resource_type"], row["resource_id"]],
        }
        for row in rows
        if (row["resource_type"], row["resource_id"]) in versions
    ]
    if kept:
        statement = insert(ResourceHistory.__table__)  # type: ignore[attr-defined]
        await tx.session.execute(statement.on_conflict_do_nothing(constraint="one_row_per_version"), kept)


async def _index(tx: Transaction, items: Sequence[tuple[Projected, Found]], known: Sequence[Key]) -> None:
    """Find each by its times and amounts as they are now; those that are known were found by others before."""
    for model, rows in ((SearchTime, _times(items)), (SearchAmount, _amounts(items))):
        table: Any = model.__table__  # type: ignore[union-attr]
        if known:
            named = tuple_(table.c.resource_type, table.c.resource_id).in_(known)
            await tx.session.execute(delete(table).where(named))
        if rows:
            await tx.session.execute(insert(table), rows)


def _times(items: Sequence[tuple[Projected, Found]]) -> list[dict[str, Any]]:
    return [
        {**_whose(item), "name": name, "starts_at": starts_at, "ends_at": ends_at}
        for item, by in items
        for name, starts_at, ends_at in by.times
    ]


def _amounts(items: Sequence[tuple[Projected, Found]]) -> list[dict[str, Any]]:
    return [
        {**_whose(item), "name": name, "amount": amount, "unit": unit}
        for item, by in items
        for name, amount, unit in by.amounts
    ]


def _whose(item: Projected) -> dict[str, Any]:
    whose = {"team_id": item.team_id, "resource_type": item.resource_type, "resource_id": item.resource_id}
    return {"id": uuid7(), **whose}


def _is_older(tx: Transaction, told: Any) -> ColumnElement[bool]:
    kept = col(Resource.owner_version)
    older: ColumnElement[bool] = kept <= told if tx.rebuilding else kept < told
    return older


async def _kept(tx: Transaction, resources: Sequence[Projected]) -> dict[Key, Standing]:
    """What is kept of these clients already, so that a long record is not written anew for one new line in it."""
    clients = {item.client_id for item in resources if item.client_id is not None}
    beside = func.jsonb_path_query_array(col(Resource.facts), NAMES)
    wanted = select(col(Resource.resource_type), col(Resource.resource_id), col(Resource.owner_version), beside)
    rows = await tx.rows(wanted.where(col(Resource.client_id).in_(clients)))
    return {(row[0], row[1]): Standing(row[2], row[3] or ()) for row in rows}


async def read(tx: Transaction, resource_type: str, resource_id: UUID) -> Resource | None:
    """One resource of a team that the caller may see."""
    wanted = select(Resource).where(is_type(resource_type), col(Resource.resource_id) == resource_id)
    found: Resource | None = (await tx.session.execute(wanted.where(await tx.visible(Resource)))).scalar_one_or_none()
    return found


async def now(tx: Transaction, resource_type: str, resource_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What these resources say as they are now."""
    wanted = select(col(Resource.resource_id), col(Resource.content))
    rows = await tx.rows(wanted.where(is_type(resource_type), col(Resource.resource_id).in_(resource_ids)))
    return {row.resource_id: row.content for row in rows}


async def for_change(tx: Transaction, resource_type: str, resource_id: UUID) -> Resource | None:
    """One resource as it is now, locked, so that two changes of it come one after the other."""
    wanted = select(Resource).where(is_type(resource_type), col(Resource.resource_id) == resource_id)
    visible = wanted.where(await tx.visible(Resource)).with_for_update().execution_options(populate_existing=True)
    found: Resource | None = (await tx.session.execute(visible)).scalar_one_or_none()
    return found


async def all_for_change(tx: Transaction, named: Collection[Key]) -> Sequence[Resource]:
    """Those of these that the caller may see, locked one after the other in the order in which everybody locks them."""
    wanted = select(Resource).where(tuple_(col(Resource.resource_type), col(Resource.resource_id)).in_(named))
    ordered = wanted.where(await tx.visible(Resource)).order_by(col(Resource.resource_type), col(Resource.resource_id))
    return await tx.all(ordered.with_for_update().execution_options(populate_existing=True))


async def version(tx: Transaction, resource_type: str, resource_id: UUID, number: int) -> ResourceHistory | None:
    """One version, if the caller may see it and the resource as it is now."""
    wanted = (await versions(tx, resource_type, resource_id)).where(col(ResourceHistory.version) == number)
    found: ResourceHistory | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def versions(tx: Transaction, resource_type: str, resource_id: UUID | None = None) -> Select[Any]:
    """The versions that the caller may see, of one resource or of a type: those of what a read would show now.

    A version that another team wrote, before the client came to the caller's, stays that team's.
    """
    readable = exists().where(
        col(Resource.resource_type) == col(ResourceHistory.resource_type),
        col(Resource.resource_id) == col(ResourceHistory.resource_id),
        await tx.visible(Resource),
    )
    wanted = select(ResourceHistory).where(col(ResourceHistory.resource_type) == resource_type, readable)
    if resource_id is not None:
        wanted = wanted.where(col(ResourceHistory.resource_id) == resource_id)
    if tx.actor.is_team_bound:
        wanted = wanted.where(col(ResourceHistory.team_id).in_(await tx.teams()))
    return wanted


def is_type(resource_type: str | ColumnElement[str], *, by_index: bool = True) -> ColumnElement[bool]:
    """Resources of this type. Where another index finds few, `by_index` keeps PostgreSQL from reading this one's too.

    It takes each token that is not among the most common for one in 500 rows or so, however rare it is, and so
    would rather go through the whole type than look at the one row that was found.
    """
    kind = col(Resource.resource_type)
    return kind == resource_type if by_index else func.concat(kind) == resource_type
