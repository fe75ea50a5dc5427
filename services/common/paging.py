"""Keyset pages: a list costs the same at a million rows as at a thousand."""

import base64
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import Select

from services.common.db import Transaction
from services.common.derived import derived_key
from services.common.errors import ServiceError
from services.common.settings import ServiceSettings
from services.common.types import InDigits

ItemT = TypeVar("ItemT")

DEFAULT_LIMIT, MAX_LIMIT = 50, 100
ID_BYTES, SEAL_BYTES = 16, 16


class BadCursor(ServiceError):
    """A cursor leads on in the list that it was given for, for whom it was given to."""

    field = "/query/cursor"
    way_out = "Use next_cursor from the page before, unchanged and with the same filters, or leave cursor out to begin."

    def __init__(self) -> None:
        super().__init__("This is no cursor of this list for you.")


class Page(BaseModel, Generic[ItemT]):
    """One page of a list, newest id last. `next_cursor` is absent on the last page."""

    items: Sequence[ItemT]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Cursors:
    """The cursors of one list, with its filters, for one caller. They carry no authority, and are nobody else's."""

    settings: ServiceSettings
    bound: str

    @classmethod
    def of(cls, request: Request, listed: str, filters: Iterable[tuple[str, str]]) -> "Cursors":
        """Of this list for whoever is signed in."""
        actor = request.state.transaction.actor
        bound = [actor.subject, actor.persona, listed, *(f"{name}={value}" for name, value in sorted(filters))]
        return cls(request.app.state.settings, "\n".join(bound))

    def after(self, last: UUID) -> str:
        """Where the list goes on after this row."""
        return base64.urlsafe_b64encode(last.bytes + self._seal(last)).decode().rstrip("=")

    def place(self, cursor: str) -> UUID:
        """The row that the cursor was made from. Raises `BadCursor` for one that was not handed out for this."""
        try:
            last = UUID(bytes=base64.urlsafe_b64decode(cursor + "==")[:ID_BYTES])
        except ValueError as error:
            raise BadCursor from error
        if not hmac.compare_digest(self.after(last).encode(), cursor.encode()):
            raise BadCursor
        return last

    def _seal(self, last: UUID) -> bytes:
        """Worked out where there is a cursor, for most lists end with their first page."""
        key = hmac.digest(derived_key(self.settings, "cursor"), self.bound.encode(), "sha256")
        return hmac.digest(key, last.bytes, "sha256")[:SEAL_BYTES]


@dataclass(frozen=True)
class PageRequest:
    """How many rows are wanted, after which one, and what the cursor to go on with is made by."""

    limit: int
    after: UUID | None
    cursors: Cursors

    def next_cursor(self, last: UUID) -> str:
        return self.cursors.after(last)


Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT), InDigits]


async def page_request(
    request: Request,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=200, description="next_cursor of the page before.")] = None,
) -> PageRequest:
    """Raises `BadCursor` for a cursor that was not handed out to this caller for this list with these filters."""
    filters = [pair for pair in request.query_params.multi_items() if pair[0] not in {"cursor", "limit"}]
    return asked_page(Cursors.of(request, request.url.path, filters), limit, cursor)


def asked_page(cursors: Cursors, limit: int, cursor: str | None) -> PageRequest:
    """Raises `BadCursor`."""
    return PageRequest(limit, None if cursor is None else cursors.place(cursor), cursors)


Asked = Annotated[PageRequest, Depends(page_request)]


async def page(
    transaction: Transaction, wanted: Select[Any], model: Any, request: PageRequest, *, newest_first: bool = False
) -> dict[str, Any]:
    """The rows after the cursor in the order of their ids, or the other way round, and where to go on."""
    if request.after is not None:
        wanted = wanted.where(model.id < request.after if newest_first else model.id > request.after)
    order = model.id.desc() if newest_first else model.id
    rows = list(await transaction.all(wanted.order_by(order).limit(request.limit + 1)))
    more = len(rows) > request.limit
    items = rows[: request.limit]
    transaction.leaves_out(rows[request.limit :])
    return {"items": items, "next_cursor": request.next_cursor(items[-1].id) if more else None}
