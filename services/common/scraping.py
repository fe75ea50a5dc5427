"""What /metrics answers: what the process counted, and what is counted in its database at that moment.

An outage of the database is when the figures are looked at, so it takes away only those that are counted there.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from starlette.responses import Response

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.desk.standing import standing
from services.common.metrics import Figure, Labelled, Metrics, age, alone

log = logging.getLogger(__name__)

COUNTED_WITHIN_SECONDS = 3.0
DATABASE_UP = Figure("database_up", "The database answers")
CONNECTIONS = Figure("database_connections", "Connections of the pool, in use and at most", ("kind",))
# What a backup says when it is done, in the words of docs/ops/observability.md. Whether the log is archived, as
# pgBackRest and CloudNativePG do, PostgreSQL knows itself.
STATED = re.compile(r"backed up at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
BACKUP = text("""
    select shobj_description(d.oid, 'pg_database') as stated, a.last_archived_time, a.last_failed_time,
           current_setting('archive_mode') as archive_mode
    from pg_database d, pg_stat_archiver a where d.datname = current_database()
""")


@dataclass(frozen=True)
class Counted:
    """Figures that are counted in the database whenever somebody asks, by their names."""

    figures: Sequence[Figure]
    count: Callable[[Transaction], Awaitable[Mapping[str, Labelled]]]


async def _count_events(tx: Transaction) -> Mapping[str, Labelled]:
    now = await standing(tx)
    return alone(
        {
            "outbox_unsent": now.unsent,
            "outbox_lag_seconds": now.lag_seconds,
            "parked_events": now.waiting,
            "dead_letters": now.dead,
        }
    )


EVENTS = Counted(
    (
        Figure("outbox_unsent", "Events waiting to leave"),
        Figure("outbox_lag_seconds", "How long the oldest event has waited to leave"),
        Figure("parked_events", "Events that could not be applied and are tried again"),
        Figure("dead_letters", "Events that could not be applied and wait for a person"),
    ),
    _count_events,
)


async def _count_backups(tx: Transaction) -> Mapping[str, Labelled]:
    """Nothing is told of what nobody stated, or of an archive that is not kept: a number would be invented."""
    (row,) = await tx.rows(BACKUP)
    told: dict[str, float] = {}
    if stated := STATED.search(row.stated or ""):
        told["backup_age_seconds"] = age(datetime.fromisoformat(stated[1]), tx.now)
    if row.archive_mode != "off":
        failed, archived = row.last_failed_time, row.last_archived_time
        told["wal_archive_failing"] = float(failed is not None and (archived is None or failed > archived))
        if archived is not None:
            told["wal_archive_age_seconds"] = age(archived, tx.now)
    return alone(told)


BACKUPS = Counted(
    (
        Figure("backup_age_seconds", "Since the last backup that was stated"),
        Figure("wal_archive_failing", "PostgreSQL's last try to archive its log failed"),
        Figure("wal_archive_age_seconds", "Since PostgreSQL's log was last archived"),
    ),
    _count_backups,
)


async def scraped(metrics: Metrics, database: Database, counted: Sequence[Counted]) -> Response:
    """The figures as Prometheus reads them."""
    await _count(metrics, database, counted)
    pool = database.engine.pool
    in_use, most = pool.checkedout(), pool.size()  # type: ignore[attr-defined]
    metrics.tell(CONNECTIONS, {("in_use",): float(in_use), ("most",): float(most)})
    return metrics.exposition()


async def _count(metrics: Metrics, database: Database, counted: Sequence[Counted]) -> None:
    values: dict[str, Labelled] = {}
    try:
        async with asyncio.timeout(COUNTED_WITHIN_SECONDS), database.transaction(SYSTEM) as tx:
            # A transaction that asks nothing does not connect.
            await tx.rows(select(1))
            for one in counted:
                values |= await one.count(tx)
        is_up = True
    except Exception as error:  # noqa: BLE001  whatever keeps them from being counted, the others are told
        log.warning("figures not counted", extra={"error": type(error).__name__})
        values, is_up = {}, False
    metrics.tell(DATABASE_UP, {(): float(is_up)})
    for figure in (figure for one in counted for figure in one.figures):
        metrics.tell(figure, values.get(figure.name, {}))
