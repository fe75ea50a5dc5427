"""Who read or changed one client's record: from the trail, for the client who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Select, select

from services.common.audit.entry import SUCCESS
from services.common.audit.purpose import Purpose
from services.common.audit.tables import EVENT
from services.common.db import Transaction
from services.common.figures import require_period
from services.common.paging import BadCursor, PageRequest
from services.common.peers import Peers
from services.common.types import midnight_in_england

LARGEST_NUMBER = 2**53 - 1


@dataclass(frozen=True)
class Access:
    """One time that the record was read or changed. `what` is the operation until it is put in words."""

    at: datetime
    persona: str
    employee_id: UUID | None
    system: str | None
    acting_for: str | None
    what: str
    action: str
    purpose: str

    @property
    def break_glass(self) -> bool:
        return self.purpose == Purpose.BREAK_GLASS


@dataclass(frozen=True)
class Period:
    """Days in England, first and last included; open where one is not said. Raises `PeriodReversed`."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            require_period(self.first, self.last)


@dataclass(frozen=True)
class Part:
    """Some rows of the trail, newest first, and the number before which to go on, if there are more."""

    items: Sequence[Any]
    next_before: int | None

    def as_page(self, items: Sequence[Any], request: PageRequest) -> dict[str, Any]:
        """With a cursor like that of any list, which holds an id: here it is made of the number."""
        more = None if self.next_before is None else request.next_cursor(UUID(int=self.next_before))
        return {"items": items, "next_cursor": more}


def before(request: PageRequest) -> int | None:
    """The number in this cursor. Raises `BadCursor`."""
    number = request.after.int if request.after else None
    if number is not None and number > LARGEST_NUMBER:
        raise BadCursor
    return number


async def accesses(tx: Transaction, client_id: UUID, limit: int, before: int | None, period: Period) -> Part:
    """Who read or changed what is kept here of a client. What was refused showed nobody anything."""
    table = tx.metadata.tables[EVENT]
    wanted = select(table).where(table.c.client_ids.contains([client_id]), table.c.outcome == SUCCESS)
    if period.first is not None:
        wanted = wanted.where(table.c.at >= midnight_in_england(period.first))
    if period.last is not None:
        wanted = wanted.where(table.c.at < midnight_in_england(period.last + timedelta(days=1)))
    part = await part_of(tx, wanted, limit, before)
    return Part([_access(row) for row in part.items], part.next_before)


async def accesses_at(
    peers: Peers, service: str, client_id: UUID, limit: int, before: int | None, period: Period
) -> Part:
    """What another service's trail says, in its words."""
    asked = {"client_id": client_id, "limit": limit, "before": before, "from": period.first, "to": period.last}
    told = await peers.get(service, f"/inside/accesses?{urlencode({k: v for k, v in asked.items() if v is not None})}")
    return Part(told["items"], told["next_before"])


async def part_of(tx: Transaction, wanted: Select[Any], limit: int, before: int | None) -> Part:
    """The newest rows of these, or the newest before this number."""
    seq = tx.metadata.tables[EVENT].c.seq
    if before is not None:
        wanted = wanted.where(seq < before)
    # Not in the order of an index: walking all of it for the few rows of one client takes longer than sorting these.
    rows = await tx.rows(wanted.order_by((seq + 0).desc()).limit(limit + 1))
    return Part(rows[:limit], rows[limit - 1].seq if len(rows) > limit else None)


def _access(row: Any) -> Access:
    try:
        employee_id, system = UUID(row.subject), None
    except ValueError:
        employee_id, system = None, row.subject
    kept = {name: getattr(row, name) for name in ("at", "persona", "acting_for", "action", "purpose")}
    return Access(**kept, employee_id=employee_id, system=system, what=row.operation)


def in_words(app: FastAPI, found: Iterable[Access]) -> list[dict[str, Any]]:
    """Each with what its route says of itself; a route that is no more is left as it was named."""
    return [{**vars(one), "break_glass": one.break_glass, "what": _words(app, one.what)} for one in found]


def _words(app: FastAPI, operation: str) -> str:
    method, _, path = operation.partition(" ")
    described = app.openapi()["paths"].get(path, {}).get(method.lower(), {})
    return str(described.get("description", operation)).splitlines()[0]
