"""Finding resources by what FHIR lets one ask, each part of it by an index."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, true, tuple_
from sqlmodel import col

from services.common.db import Transaction
from services.common.paging import PageRequest
from services.interop.domain.resource import Kept, Resource, SearchAmount, SearchTime
from services.interop.fhir.asked import Amounts, AnyToken, Between, Search, Times
from services.interop.store import kept
from services.interop.store.resources import is_type


async def searched(tx: Transaction, resource_type: str, search: Search) -> Select[Any]:
    """The visible resources of one type that the search asks for."""
    return select(Resource).where(*await conditions(tx, resource_type, search))


async def people(tx: Transaction, wanted: Select[Any], most: int) -> Sequence[UUID]:
    """Whom the resources are about, up to one more than `most`."""
    client_id = col(Resource.client_id)
    found = wanted.with_only_columns(client_id).where(client_id.is_not(None)).distinct().limit(most + 1)
    rows: Sequence[UUID] = await tx.all(found)
    return rows


async def about(tx: Transaction, client_id: UUID) -> Select[Any]:
    """Everything visible that is about one client."""
    return select(Resource).where(col(Resource.client_id) == client_id, await tx.visible(Resource))


async def page_by_id(
    tx: Transaction, wanted: Select[Any], request: PageRequest, *, newest_first: bool = False
) -> tuple[list[Kept], str | None]:
    """A page in the order of the ids that are shown, and where it goes on."""
    return await _page(tx, wanted, request, "resource_id", newest_first=newest_first)


async def page_by_row(tx: Transaction, wanted: Select[Any], request: PageRequest) -> tuple[list[Kept], str | None]:
    """A page in the order of the rows: resources of several types may have one id."""
    return await _page(tx, wanted, request, "id")


async def _page(
    tx: Transaction, wanted: Select[Any], request: PageRequest, by: str, *, newest_first: bool = False
) -> tuple[list[Kept], str | None]:
    order = Resource.__table__.c[by]  # type: ignore[attr-defined]
    if request.after is not None:
        wanted = wanted.where(order < request.after if newest_first else order > request.after)
    ordered: Any = wanted.with_only_columns(*kept.COLUMNS).order_by(order.desc() if newest_first else order)
    items, goes_on = await kept.first(tx, ordered.limit(request.limit + 1), {}, request.limit)
    return items, request.next_cursor(getattr(items[-1], by)) if goes_on else None


async def count(tx: Transaction, wanted: Select[Any]) -> int:
    total: int = (await tx.session.execute(select(func.count()).select_from(wanted.subquery()))).scalar_one()
    return total


async def named(tx: Transaction, keys: Iterable[tuple[str, UUID]]) -> list[Kept]:
    """Those of these resources that the caller may see."""
    wanted = tuple_(col(Resource.resource_type), col(Resource.resource_id)).in_(sorted(set(keys)))
    return await kept.found(tx, select(Resource).where(wanted, await tx.visible(Resource)))


async def referring(tx: Transaction, resource_type: str, references: list[str], most: int) -> list[Kept]:
    """Visible resources of a type with one of these references, up to one more than `most`."""
    wanted = select(Resource).where(is_type(resource_type), _has_any(AnyToken(references)), await tx.visible(Resource))
    return await kept.found(tx, wanted.order_by(col(Resource.id)).limit(most + 1))


def within(at: Any, between: Between) -> ColumnElement[bool]:
    """Whether this instant is one of those asked for."""
    after = true() if between.start is None else at >= between.start
    before = true() if between.end is None else at < between.end
    return and_(after, before) if between.inside else not_(and_(after, before))


async def conditions(tx: Transaction, resource_type: str, search: Search) -> list[ColumnElement[bool]]:
    """What holds of each resource that the search asks for, and that the caller may see."""
    found = [is_type(resource_type, by_index=not search.finds_few), await tx.visible(Resource)]
    found += [col(Resource.resource_id).in_(ids) for ids in search.ids]
    found += [col(Resource.client_id).in_(ids) for ids in search.patients]
    found += [_has_any(asked) for asked in search.tokens]
    found += [within(col(Resource.changed_at), between) for between in search.changed]
    found += [_at_time(resource_type, asked) for asked in search.times]
    found += [_of_amount(resource_type, asked) for asked in search.amounts]
    for inner in search.of_patients:
        patients = select(col(Resource.resource_id)).where(*await conditions(tx, "Patient", inner))
        found.append(col(Resource.client_id).in_(patients.correlate(None)))
    for other, inner in search.had:
        clients = select(col(Resource.client_id)).where(*await conditions(tx, other, inner))
        found.append(col(Resource.resource_id).in_(clients.correlate(None)))
    return found


def _has_any(asked: AnyToken) -> ColumnElement[bool]:
    kept: Any = col(Resource.tokens)
    found = or_(kept.overlap(asked.tokens), *(kept.contains(all_of) for all_of in asked.together))
    return found if asked.is_there else not_(found)


def _at_time(resource_type: str, asked: Times) -> ColumnElement[bool]:
    """FHIR R4, 3.1.1.4.6: how a period compares with the stretch that was asked for."""
    starts_at, ends_at = col(SearchTime.starts_at), col(SearchTime.ends_at)
    inside = and_(starts_at >= asked.start, starts_at < asked.end, ends_at <= asked.end)
    compared = {
        "eq": inside,
        "ne": not_(inside),
        "gt": ends_at > asked.end,
        "ge": ends_at > asked.start,
        "lt": starts_at < asked.start,
        "le": starts_at < asked.end,
        "sa": starts_at >= asked.end,
        "eb": ends_at <= asked.start,
    }
    return _indexed(SearchTime, resource_type, asked.name, compared[asked.prefix])


def _of_amount(resource_type: str, asked: Amounts) -> ColumnElement[bool]:
    """What rounds to the number is equal to it; every other prefix compares with the number itself.

    FHIR R4, search, "number" and "quantity": the prefixes gt, lt, ge, le, sa and eb pass over the implicit precision.
    The unit is the one it was measured in.
    """
    amount = col(SearchAmount.amount)
    equal = and_(amount >= asked.low, amount < asked.high)
    compared = {
        "eq": equal,
        "ne": not_(equal),
        "gt": amount > asked.exact,
        "ge": amount >= asked.exact,
        "lt": amount < asked.exact,
        "le": amount <= asked.exact,
        "sa": amount > asked.exact,
        "eb": amount < asked.exact,
    }
    in_unit = true() if asked.unit is None else col(SearchAmount.unit) == asked.unit
    return _indexed(SearchAmount, resource_type, asked.name, and_(compared[asked.prefix], in_unit))


def _indexed(model: Any, resource_type: str, name: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(col(model.resource_id)).where(
        col(model.resource_type) == resource_type, col(model.name) == name, condition
    )
    return col(Resource.resource_id).in_(found)
