"""What a request under /fhir asks for: which type, by what right, and which page."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated

from fastapi import Header, Path, Request

from services.common.db import Transaction
from services.common.paging import Cursors, PageRequest, asked_page
from services.common.scopes import require_scope
from services.interop.domain.resource import Kept, Resource, ResourceHistory
from services.interop.domain.subscription import Subscription
from services.interop.fhir import registry, search
from services.interop.fhir.asked import Search

Prefer = Annotated[str | None, Header(max_length=200, description="handling=strict refuses unknown parameters.")]
ResourceType = Annotated[str, Path(max_length=64)]
ResourceId = Annotated[str, Path(max_length=64, description="FHIR allows no longer one.")]


def served(tx: Transaction, resource_type: str, right: str) -> registry.ServedType:
    """Raises `TypeNotServed` or `InsufficientScope`."""
    kind = registry.served(resource_type)
    require_scope(tx.actor, f"system/{kind.name}.{right}")
    tx.about(kind.name)
    return kind


def understood(request: Request, kind: registry.ServedType, form: str, prefer: str | None) -> Search:
    """Raises `BadSearch`."""
    in_address, in_body = search.parameters(request.url.query), search.parameters(form)
    return search.parse(kind, in_address, in_body, strict="handling=strict" in (prefer or ""))


def require_rights(tx: Transaction, asked: Search) -> None:
    """What is searched on the way, and what comes along, is as much the caller's to see as what is asked for.

    Raises `InsufficientScope`.
    """
    for name in asked.searched_types():
        require_scope(tx.actor, f"system/{name}.s")
    for name in asked.shown_types():
        require_scope(tx.actor, f"system/{name}.r")


def wanted_page(request: Request, listed: str, asked: Search) -> PageRequest:
    """Raises `BadCursor`. A name that a person could be known by is in no filter here; such a search has one page."""
    filters: Iterable[tuple[str, str]] = [(name, value) for name, value in asked.applied if name != "_count"]
    return asked_page(Cursors.of(request, listed, filters), max(asked.count, 1), asked.cursor)


def version_headers(row: Kept | Resource | ResourceHistory | Subscription) -> dict[str, str]:
    """ETag and Last-Modified; HTTP knows whole seconds alone."""
    return {"ETag": f'W/"{row.version}"', "Last-Modified": format_datetime(row.changed_at.astimezone(UTC), usegmt=True)}


def is_known(row: Kept, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the caller has this version; the date counts only where no ETag is sent (RFC 9110, 13.1.2 and 13.1.3).

    ETags are compared weakly, and `*` is any version.
    """
    if if_none_match is not None:
        tags = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
        return not tags.isdisjoint({"*", f'"{row.version}"'})
    since = _date(if_modified_since)
    return since is not None and row.changed_at.replace(microsecond=0) <= since


def _date(text: str | None) -> datetime | None:
    """What is no date is passed over (RFC 9110, 13.1.3)."""
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and found.tzinfo is not None else None
