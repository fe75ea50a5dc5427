"""Keyset pages: a list costs the same at a million rows as at a thousand."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import Select

from services.common.db import Transaction
from services.common.errors import Unprocessable

ItemT = TypeVar("ItemT")

DEFAULT_LIMIT, MAX_LIMIT = 50, 100


class BadCursor(Unprocessable):
    field = "/query/cursor"
    way_out = "Use next_cursor from the page before, unchanged, or leave cursor out to start again."


class Page(BaseModel, Generic[ItemT]):
    """One page of a list, newest id last. `next_cursor` is absent on the last page."""

    items: Sequence[ItemT]
    next_cursor: str | None = None


class PageRequest(BaseModel):
    limit: int
    after: UUID | None


def page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> PageRequest:
    """Raises `BadCursor` for a cursor that this API did not hand out."""
    if cursor is None:
        return PageRequest(limit=limit, after=None)
    try:
        return PageRequest(limit=limit, after=UUID(bytes=base64.urlsafe_b64decode(cursor + "==")))
    except (ValueError, binascii.Error) as error:
        raise BadCursor("This cursor cannot be read.") from error


Asked = Annotated[PageRequest, Depends(page_request)]


async def page(transaction: Transaction, wanted: Select[Any], model: Any, request: PageRequest) -> dict[str, Any]:
    """The rows after the cursor in the order of their ids, and where to go on."""
    if request.after is not None:
        wanted = wanted.where(model.id > request.after)
    rows = list(await transaction.all(wanted.order_by(model.id).limit(request.limit + 1)))
    more = len(rows) > request.limit
    items = rows[: request.limit]
    transaction.leaves_out(rows[request.limit :])
    return {"items": items, "next_cursor": cursor_after(items[-1].id) if more else None}


def cursor_after(last: UUID) -> str:
    """Where a list goes on after this row."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")
