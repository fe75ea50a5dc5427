"""Queries about what changed: a page with its rows as they are now in one statement, and what is forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ARRAY, BigInteger, Integer, Select, Table, Text, Uuid, any_, bindparam, case, select, text

from services.caseload.domain.base import Base
from services.caseload.domain.sync_change import Place
from services.caseload.store.planned_once import rows_planned_once
from services.common import json_rows
from services.common.db import Transaction

# Nothing is shown that is not older than all that still runs, or somebody who commits late would be passed by. Each
# team's changes are walked by the index, however many there are of others. The first row stands for the frame. What is
# ahead of all that ever ran here came with a database that was brought back from another server, and says nothing.
CHANGED = """
    with ours as materialized (
        select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon
    ), frame as materialized (
        select sync_history() as history, horizon,
            coalesce((select seq from watermark where name = 'sync_change' and seq < horizon), 0) as forgotten
        from ours
    ), page as (
        select c.* from unnest(:teams) as team(id)
        cross join lateral (
            select s.xid, s.seq, s.team_id, s.client_id, s.entity, s.entity_id from sync_change s
            where s.team_id = team.id and (s.xid, s.seq) > (:xid, :seq) and s.xid < (select horizon from frame)
            order by s.xid, s.seq limit :most
        ) c
        order by c.xid, c.seq limit :most
    )
    select * from frame left join page on true
"""
COLUMNS: dict[str, Any] = {
    "history": BigInteger,
    "horizon": BigInteger,
    "forgotten": BigInteger,
    "xid": BigInteger,
    "seq": BigInteger,
    "team_id": Uuid,
    "client_id": Uuid,
    "entity": Text,
    "entity_id": Uuid,
}
ASKED: dict[str, Any] = {"teams": ARRAY(Uuid), "xid": BigInteger, "seq": BigInteger, "most": Integer}
TEAMS = any_(bindparam("teams", type_=ARRAY(Uuid)))
# The greatest transaction of which something is gone; of what came after it everything is there.
AGED = text("""
    with aged as (
        select seq from sync_change where written_at < :before order by written_at limit :most for update skip locked
    ), gone as (delete from sync_change using aged where sync_change.seq = aged.seq returning sync_change.xid),
    ours as (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon),
    moved as (insert into watermark (name, seq)
              select 'sync_change', max(xid) from gone, ours where xid < horizon having max(xid) is not null
              on conflict (name) do update set seq = case
                  when watermark.seq < (select horizon from ours) then greatest(watermark.seq, excluded.seq)
                  else excluded.seq end returning 1)
    select count(*) from gone, (select count(*) from moved) m
""")
Shapes = Mapping[str, type[BaseModel]]


async def page_after(tx: Transaction, place: Place, most: int, shapes: Shapes) -> Sequence[Any]:
    """The changes of the caller's teams after this place, each with its `row` as JSON, none where it is no longer
    theirs. There is always a first row, with the `horizon` and what is `forgotten`, if with no change."""
    asked = {"teams": list(await tx.teams()), "xid": place.xid, "seq": place.seq, "most": most}
    return await rows_planned_once(tx, _page(tuple(shapes.items())), asked)


@cache
def _page(shapes: tuple[tuple[str, type[BaseModel]], ...]) -> Select[Any]:
    wanted = text(CHANGED).bindparams(*(bindparam(name, type_=kind) for name, kind in ASKED.items()))
    changed = wanted.columns(**COLUMNS).cte("changed")
    rows = []
    for entity, shape in shapes:
        table: Table = Base.metadata.tables[entity]
        (key,) = table.primary_key
        made = {} if "id" in table.c else {"id": key}
        row = select(*json_rows.fields(shape, table, **made)).where(
            key == changed.c.entity_id, table.c.team_id == TEAMS
        )
        rows.append((changed.c.entity == entity, json_rows.as_text(json_rows.one(row.correlate(changed)))))
    return select(changed, case(*rows).label("row")).order_by(changed.c.xid, changed.c.seq)


async def forget_before(tx: Transaction, before: datetime, most: int) -> int:
    """Some of the changes that were written before this, and keep how far they went. How many there were."""
    return int((await tx.rows(AGED, {"before": before, "most": most}))[0].count)
