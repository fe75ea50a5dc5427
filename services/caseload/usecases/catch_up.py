"""Catching up: what changed of the team's clients while a tablet was away, and until when that is kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from services.caseload.domain.rule import RuleCode
from services.caseload.domain.sync_change import MOST, Place, SyncCursorTooOld
from services.caseload.store import sync_changes
from services.caseload.store.sync_changes import Shapes
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.reach import reads
from services.common.rulebook import amounts
from services.common.service import Runtime
from services.common.watching import drained, keep_on

POLL_SECONDS = 3600.0
MOST_AT_ONCE = 2000
# Nothing comes after it.
THE_END = Place(0, MOST, 0)


@dataclass(frozen=True)
class Caught:
    """Changes as JSON, oldest first, and where to go on."""

    changes: list[str]
    next: Place
    more: bool


async def catch_up(tx: Transaction, since: Place | None, limit: int, shapes: Shapes) -> Caught:
    """What changed since, each thing once, as it is now, and as gone where it is the caller's team's no more. Without
    `since` nothing, and where to go on from now.

    Raises `SyncCursorTooOld`.
    """
    found = await sync_changes.page_after(tx, since or THE_END, limit + 1, shapes)
    frame = found[0]
    if since is not None and not (since.history == frame.history and frame.forgotten < since.xid <= frame.horizon):
        raise SyncCursorTooOld
    changed = [row for row in found if row.entity is not None]
    shown, more = changed[:limit], len(changed) > limit
    following = Place(frame.history, *((shown[-1].xid, shown[-1].seq) if more else (frame.horizon, 0)))
    return Caught([_told(tx, row) for row in _newest(shown)], following, more)


def _newest(rows: Sequence[Any]) -> list[Any]:
    """Every row is told as it is now, so of several changes of one thing the last is told."""
    last = {row.entity_id: row.seq for row in rows}
    return [row for row in rows if last[row.entity_id] == row.seq]


def _told(tx: Transaction, row: Any) -> str:
    if row.row is not None:
        reads(tx, row.client_id, row.team_id)
    version = json.loads(row.row).get("version") if row.row else None
    change = {
        "entity": row.entity,
        "entity_id": str(row.entity_id),
        "client_id": str(row.client_id),
        "version": version,
        "gone": row.row is None,
    }
    return f'{json.dumps(change, separators=(",", ":"))[:-1]},"row":{row.row or "null"}}}'


async def forget_changes(runtime: Runtime) -> None:
    """Forget changes that are older than the rule says, for as long as the process lives."""
    look = partial(forget_some, runtime.database)
    await keep_on("forgetting_changes", POLL_SECONDS, partial(drained, look, MOST_AT_ONCE))


async def forget_some(database: Database) -> int:
    """Forget some of them. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        (days,) = await amounts(tx, tx.today, RuleCode.SYNC_KEPT_DAYS)
        return await sync_changes.forget_before(tx, tx.now - timedelta(days=days), MOST_AT_ONCE)
