"""Resources on their way out: with their version, and in a searchset whose links work for the caller."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from services.interop.domain.resource import Resource
from services.interop.fhir.mapping.parts import instant
from services.interop.fhir.search import CURSOR, Search


def rendered(row: Resource) -> dict[str, Any]:
    """The resource with meta.versionId and meta.lastUpdated."""
    meta = {"versionId": str(row.version), "lastUpdated": instant(row.changed_at), **row.content["meta"]}
    return {**row.content, "meta": meta}


def searchset(base: str, search: Search, rows: Sequence[Resource], next_cursor: str | None) -> dict[str, Any]:
    """One page of the record, each resource with its version."""
    return page(base, search, [rendered(row) for row in rows], next_cursor)


def page(base: str, search: Search, contents: Sequence[dict[str, Any]], next_cursor: str | None) -> dict[str, Any]:
    """One page. `base` is the address of the searched type as the caller sees it; `next` is absent on the last page."""
    links = [{"relation": "self", "url": _link(base, search.applied)}]
    if next_cursor is not None:
        links.append({"relation": "next", "url": _link(base, [*search.applied, (CURSOR, next_cursor)])})
    entries = [
        {"fullUrl": f"{base}/{content['id']}", "resource": content, "search": {"mode": "match"}} for content in contents
    ]
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return {**bundle, "entry": entries} if entries else bundle


def counted(base: str, search: Search, total: int) -> dict[str, Any]:
    """The answer to `_count=0`: how many there are, and none of them."""
    links = [{"relation": "self", "url": _link(base, search.applied)}]
    return {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}


def _link(base: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(pairs)}" if pairs else base
