"""Looking at the record as FHIR: read, searched and followed through its versions by those who may."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.paging import MAX_LIMIT, PageRequest, page
from services.interop.domain.resource import Kept, Resource, ResourceHistory, Shown
from services.interop.fhir import indexing, registry
from services.interop.fhir.asked import BadSearch, Included, MoreThanOnePage, Search
from services.interop.fhir.mapping import people
from services.interop.fhir.tokens import OF
from services.interop.fhir.values import uuids
from services.interop.store import kept, plain_search, resource_search, resources

# What may come along with one page by references to what is on it.
MOST_REFERRING = 1000


class TooMuchComesAlong(BadSearch):
    """Cut, it would look whole."""

    field = "/query/_revinclude"
    way_out = "Lower _count, or search for what refers to them by itself, page by page."

    def __init__(self) -> None:
        super().__init__("More refers to this page than one answer holds.")


async def read_resource(tx: Transaction, resource_type: str, resource_id: str) -> Kept:
    """One resource. Raises `NotFound` alike for one that is absent and one of another team."""
    found = await kept.one(tx, resource_type, _id(resource_type, resource_id))
    if found is None:
        raise NotFound(resource_type)
    return found


async def read_version(tx: Transaction, resource_type: str, resource_id: str, number: str) -> ResourceHistory:
    """One version of a resource that may be read. Raises `NotFound`."""
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    found = await resources.version(tx, resource_type, _id(resource_type, resource_id), wanted)
    if found is None:
        raise NotFound(resource_type)
    (shown,) = await _as_agreed_now(tx, resource_type, [found])
    return shown


async def look_at_history(
    tx: Transaction, resource_type: str, resource_id: str | None, search: Search, request: PageRequest
) -> dict[str, Any]:
    """A page of the versions of one resource, or of a type, newest first. Raises `NotFound` as a read does."""
    one = None if resource_id is None else (await read_resource(tx, resource_type, resource_id)).resource_id
    wanted = await resources.versions(tx, resource_type, one)
    wanted = wanted.where(*(resource_search.within(ResourceHistory.changed_at, one) for one in search.changed))
    if search.count == 0:
        return {"items": [], "next_cursor": None, "total": await resource_search.count(tx, wanted)}
    found = await page(tx, wanted, ResourceHistory, request, newest_first=True)
    return found | {"items": await _as_agreed_now(tx, resource_type, found["items"])}


async def _as_agreed_now(
    tx: Transaction, resource_type: str, versions: Sequence[ResourceHistory]
) -> list[ResourceHistory]:
    """Whoever agrees no longer to be told of is named in no version, as they are not now."""
    if resource_type != people.RELATED_PERSON:
        return list(versions)
    now = await resources.now(tx, resource_type, {one.resource_id for one in versions})
    return [
        ResourceHistory(**one.model_dump() | {"content": people.as_agreed(one.content, now[one.resource_id])})
        for one in versions
    ]


async def look_at_everything(tx: Transaction, patient_id: str, search: Search, request: PageRequest) -> Shown:
    """A page of all that is shown of one patient, the Patient among it. Raises `NotFound` as a read does."""
    patient = await read_resource(tx, "Patient", patient_id)
    wanted = await resource_search.about(tx, patient.resource_id)
    wanted = wanted.where(*(resource_search.within(Resource.changed_at, between) for between in search.changed))
    if search.count == 0:
        return Shown([], total=await resource_search.count(tx, wanted))
    return Shown(*await resource_search.page_by_row(tx, wanted, request))


async def search_resources(tx: Transaction, resource_type: str, search: Search, request: PageRequest) -> Shown:
    """One page of what the search finds among what the caller may see. Raises `MoreThanOnePage`.

    Whoever was asked for is on record, found or not: that nothing was found tells of them too.
    """
    tx.concerns(*search.patients_named(resource_type))
    total = None
    if search.wants_total or search.count == 0:
        wanted = await resource_search.searched(tx, resource_type, search)
        total = await resource_search.count(tx, wanted)
        if search.count == 0:
            await _put_counted_on_record(tx, search, wanted)
            return Shown([], total=total)
    rows, next_cursor = await _page(tx, resource_type, search, request)
    if search.is_private and next_cursor is not None:
        raise MoreThanOnePage
    return Shown(rows, next_cursor, total, await _along(tx, search, rows))


async def _page(
    tx: Transaction, resource_type: str, search: Search, request: PageRequest
) -> tuple[list[Kept], str | None]:
    if plain_search.is_plain(search):
        return await plain_search.page(tx, resource_type, search, request)
    wanted = await resource_search.searched(tx, resource_type, search)
    return await resource_search.page_by_id(tx, wanted, request, newest_first=search.newest_first)


async def _put_counted_on_record(tx: Transaction, search: Search, wanted: Select[Any]) -> None:
    """A count by what few share tells about each of them; one of more people than a page holds tells about nobody.

    Raises `MoreThanOnePage` where it is private, as the page would.
    """
    if not search.seeks_somebody():
        return
    people = await resource_search.people(tx, wanted, MAX_LIMIT)
    if len(people) <= MAX_LIMIT:
        tx.concerns(*people)
    elif search.is_private:
        raise MoreThanOnePage


async def _along(tx: Transaction, search: Search, rows: Sequence[Kept]) -> list[Kept]:
    """What is asked for beside the page and is not on it, each once. Raises `TooMuchComesAlong`."""
    keys = [key for row in rows for one in search.included for key in _referred(row, one)]
    found = await resource_search.named(tx, keys) if keys else []
    back: dict[UUID, Kept] = {}
    for one in dict.fromkeys(search.referring):
        references = [f"{one.parameter}{OF}{row.resource_type}/{row.resource_id}" for row in rows]
        referring = await resource_search.referring(tx, one.source, references, MOST_REFERRING)
        back |= {row.id: row for row in referring}
        if len(back) > MOST_REFERRING:
            raise TooMuchComesAlong
    shown = {row.id for row in rows}
    return [row for row in ({row.id: row for row in found} | back).values() if row.id not in shown]


def _referred(row: Kept, asked: Included) -> list[tuple[str, UUID]]:
    """The resources of the wanted type that this one refers to by the parameter."""
    parameter = registry.SERVED[asked.source].parameter(asked.parameter)
    values = [value for path in parameter.paths for value in indexing.at(row.content, path)] if parameter else []
    named = [value["reference"].partition("/") for value in values if "reference" in value]
    # What a trust has written may refer to what is not here.
    texts = [text for kind, _, text in named if kind == asked.resource_type]
    return [(asked.resource_type, found) for found in uuids(texts)]


def _id(resource_type: str, text: str) -> UUID:
    """Raises `NotFound` for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(resource_type) from None
