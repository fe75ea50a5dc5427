"""Keyset pages that the database writes, for lists that are read often."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Integer, Select, Table, Uuid, any_, bindparam, null, select, true

from services.common import json_rows
from services.common.db import Transaction
from services.common.models import TeamOwned
from services.common.paging import PageRequest
from services.common.prepared import Prepared
from services.common.reach import OWN_TEAMS, reads


async def written_page(
    tx: Transaction, model: type[TeamOwned], shape: type[BaseModel], filters: Mapping[str, Any], request: PageRequest
) -> str:
    """A `Page` of this shape: the visible rows after the cursor in the order of their ids, and where to go on.

    A filter that is None leaves everything.
    """
    values = {**filters, "own": tx.actor.is_team_bound or None, "after": request.after, "most": request.limit + 1}
    given = {name: value for name, value in values.items() if value is not None}
    table: Table = model.__table__  # type: ignore[attr-defined]
    return told(tx, request, await tx.rows(_page(table, shape, tuple(given)), given))


def told(tx: Transaction, request: PageRequest, rows: Sequence[Any]) -> str:
    """Of rows with `id`, `client_id`, `team_id` and `document`, one more than are shown where there is another page."""
    shown = rows[: request.limit]
    for row in shown:
        reads(tx, row.client_id, row.team_id)
    cursor = request.next_cursor(shown[-1].id) if len(rows) > request.limit else None
    return f'{{"items":[{",".join(row.document for row in shown)}],"next_cursor":{json.dumps(cursor)}}}'


@cache
def _page(table: Table, shape: type[BaseModel], given: tuple[str, ...]) -> Prepared:
    """Made once for each choice of filters: to make it anew costs as much as to run it."""
    narrowing: dict[str, Callable[[], ColumnElement[bool]]] = {
        "own": lambda: table.c.team_id == any_(OWN_TEAMS),
        "after": lambda: table.c.id > bindparam("after", type_=Uuid),
        "most": true,
    }
    conditions = [narrowing[name]() if name in narrowing else table.c[name] == bindparam(name) for name in given]
    return Prepared(told_rows(table, shape).where(*conditions).limit(bindparam("most", type_=Integer)))


@cache
def told_rows(table: Table, shape: type[BaseModel]) -> Select[Any]:
    """Each row as JSON in this shape, with what `told` needs beside it."""
    client_id = table.c.id if table.name == "client" else table.c.get("client_id", null())
    document = json_rows.one(select(*json_rows.fields(shape, table)).correlate(table))
    told_of = (table.c.id, client_id.label("client_id"), table.c.team_id, json_rows.as_text(document).label("document"))
    return select(*told_of).order_by(table.c.id)
