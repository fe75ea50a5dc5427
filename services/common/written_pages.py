"""Keyset pages that the database writes, for lists that are read often."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, Table, null, select

from services.common import json_rows
from services.common.db import Transaction
from services.common.models import TeamOwned
from services.common.paging import PageRequest
from services.common.reach import reads


async def written_page(
    tx: Transaction,
    model: type[TeamOwned],
    shape: type[BaseModel],
    conditions: Sequence[ColumnElement[bool]],
    request: PageRequest,
) -> str:
    """A `Page` of this shape: the rows after the cursor in the order of their ids, and where to go on."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    wanted = told_rows(table, shape).where(*conditions)
    if request.after is not None:
        wanted = wanted.where(table.c.id > request.after)
    return told(tx, request, await tx.rows(wanted.limit(request.limit + 1)))


def told(tx: Transaction, request: PageRequest, rows: Sequence[Any]) -> str:
    """Of rows with `id`, `client_id`, `team_id` and `document`, one more than are shown where there is another page."""
    shown = rows[: request.limit]
    for row in shown:
        reads(tx, row.client_id, row.team_id)
    cursor = request.next_cursor(shown[-1].id) if len(rows) > request.limit else None
    return f'{{"items":[{",".join(row.document for row in shown)}],"next_cursor":{json.dumps(cursor)}}}'


@cache
def told_rows(table: Table, shape: type[BaseModel]) -> Select[Any]:
    """Each row as JSON in this shape, with what `told` needs beside it."""
    client_id = table.c.id if table.name == "client" else table.c.get("client_id", null())
    document = json_rows.one(select(*json_rows.fields(shape, table)).correlate(table))
    told_of = (table.c.id, client_id.label("client_id"), table.c.team_id, json_rows.as_text(document).label("document"))
    return select(*told_of).order_by(table.c.id)
