"""The FHIR resources: kept as projections, found by what FHIR lets one ask."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from uuid6 import uuid7

from services.common.db import Transaction
from services.interop.domain.resource import Projected, Resource
from services.interop.fhir.search import Between, Search

REPLACED = ("team_id", "client_id", "owner_version", "content", "tokens", "changed_at")


async def put(tx: Transaction, resources: Sequence[Projected]) -> None:
    """Keep these resources, each unless a state of its owner at least as new is kept already; made again, all of them.

    The rows are locked in one order, so that two events about one client cannot wait for each other.
    """
    known = {} if tx.rebuilding else await _owner_versions(tx, resources)
    newer = [item for item in resources if item.owner_version > known.get((item.resource_type, item.resource_id), 0)]
    if not newer:
        return
    rows = [
        {**vars(item), "id": uuid7(), "version": 1, "changed_at": tx.now}
        for item in sorted(newer, key=lambda item: (item.resource_type, item.resource_id))
    ]
    statement = insert(Resource)
    fresh = {name: statement.excluded[name] for name in REPLACED}
    upsert = statement.on_conflict_do_update(
        constraint="one_resource_per_owner_id",
        set_={**fresh, "version": col(Resource.version) + 1},
        where=_is_older(tx, statement.excluded.owner_version),
    )
    await tx.session.execute(upsert, rows)


def _is_older(tx: Transaction, told: Any) -> ColumnElement[bool]:
    kept = col(Resource.owner_version)
    older: ColumnElement[bool] = kept <= told if tx.rebuilding else kept < told
    return older


async def _owner_versions(tx: Transaction, resources: Sequence[Projected]) -> dict[tuple[str, UUID], int]:
    """What is kept of these clients already, so that a long record is not written anew for one new line in it."""
    clients = {item.client_id for item in resources if item.client_id is not None}
    wanted = select(col(Resource.resource_type), col(Resource.resource_id), col(Resource.owner_version))
    rows = await tx.rows(wanted.where(col(Resource.client_id).in_(clients)))
    return {(row[0], row[1]): row[2] for row in rows}


async def read(tx: Transaction, resource_type: str, resource_id: UUID) -> Resource | None:
    """One resource of a team that the caller may see."""
    wanted = select(Resource).where(_is(resource_type), col(Resource.resource_id) == resource_id)
    found: Resource | None = (await tx.session.execute(wanted.where(await tx.visible(Resource)))).scalar_one_or_none()
    return found


async def searched(tx: Transaction, resource_type: str, search: Search) -> Select[Any]:
    """The visible resources of one type that the search asks for."""
    conditions = [_is(resource_type), await tx.visible(Resource)]
    conditions += [col(Resource.resource_id).in_(ids) for ids in search.ids]
    conditions += [col(Resource.client_id).in_(ids) for ids in search.patients]
    conditions += [_any_token(tokens) for tokens in search.tokens]
    conditions += [within(col(Resource.changed_at), between) for between in search.changed]
    return select(Resource).where(*conditions)


async def count(tx: Transaction, wanted: Select[Any]) -> int:
    total: int = (await tx.session.execute(select(func.count()).select_from(wanted.subquery()))).scalar_one()
    return total


def _is(resource_type: str) -> ColumnElement[bool]:
    return col(Resource.resource_type) == resource_type


def _any_token(tokens: list[str]) -> ColumnElement[bool]:
    kept: Any = col(Resource.tokens)
    overlap: ColumnElement[bool] = kept.overlap(tokens)
    return overlap


def within(at: Any, between: Between) -> ColumnElement[bool]:
    """Whether this instant is one of those asked for."""
    after = true() if between.start is None else at >= between.start
    before = true() if between.end is None else at < between.end
    return and_(after, before) if between.inside else not_(and_(after, before))
