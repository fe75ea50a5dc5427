"""Exporting the record in bulk (FHIR Bulk Data Access 2): asked for, made in the background, fetched, and removed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from services.common.auth import SYSTEM, Persona, Principal
from services.common.db import Database, Transaction
from services.common.errors import NotFound
from services.common.rulebook import amounts
from services.common.service import Background, Runtime
from services.common.watching import drained, keep_on
from services.interop.domain.export import (
    ExportFailed,
    ExportFile,
    ExportJob,
    ExportStatus,
    TooManyExports,
    Wanted,
)
from services.interop.domain.resource import Kept, ResourceHistory
from services.interop.domain.rule import RuleCode
from services.interop.fhir import bundle
from services.interop.fhir.mapping import people
from services.interop.store import exports as store

log = logging.getLogger(__name__)

# Held in memory whole: what is written at once, and a file while it is fetched. So large they grow, and by one resource
# larger.
MOST_AT_ONCE, MOST_BYTES, PAGE = 5000, 4 * 1024 * 1024, 500
# What had begun when an export was asked for has begun in the database too after this.
SETTLED = timedelta(seconds=2)
POLL_SECONDS, PURGE_SECONDS = 1.0, 60.0


@dataclass
class Gathered:
    """What goes into the file of one team, and whom it is about."""

    lines: list[bytes] = field(default_factory=list)
    clients: set[UUID] = field(default_factory=set)

    def take(self, line: bytes, client_id: UUID | None) -> None:
        self.lines.append(line)
        if client_id is not None:
            self.clients.add(client_id)


async def ask_for_export(tx: Transaction, wanted: Wanted, request: str) -> ExportJob:
    """Begin an export of what the caller may read. Raises `NotFound` for an unknown team, or `TooManyExports`."""
    if wanted.group_id is not None and not await store.is_team(tx, wanted.group_id):
        raise NotFound("Group")
    await tx.take_turns(f"export/{tx.actor.subject}")
    hours, most = await amounts(tx, tx.today, RuleCode.EXPORT_HOURS, RuleCode.EXPORTS_AT_ONCE)
    if await store.running(tx, tx.actor.subject) >= most:
        raise TooManyExports
    job = ExportJob.asked(wanted, tx.actor.subject, request, tx.now, timedelta(hours=hours))
    tx.add(job)
    return job


async def look_at_export(tx: Transaction, job_id: UUID) -> tuple[ExportJob, Sequence[Any]]:
    """How far an export of the caller's own is, and its files once complete. Raises `NotFound` or `ExportFailed`."""
    job = await store.job(tx, job_id)
    if job is None or job.expires_at <= tx.now:
        raise NotFound("export")
    if job.status == ExportStatus.FAILED:
        raise ExportFailed
    return job, await store.files(tx, job_id) if job.status == ExportStatus.COMPLETE else ()


async def cancel_export(tx: Transaction, job_id: UUID) -> None:
    """Stop an export of the caller's own and remove what was written. Raises `NotFound`."""
    if await store.job(tx, job_id, lock=True) is None:
        raise NotFound("export")
    await store.remove(tx, job_id)


async def fetch_export_file(tx: Transaction, file_id: UUID) -> ExportFile:
    """One file. Everybody whom it is about is on record. Raises `NotFound`."""
    found = await store.file(tx, file_id)
    if found is None:
        raise NotFound("file")
    tx.concerns(*found.client_ids)
    return found


def make_exports(every: float = POLL_SECONDS, settled: timedelta = SETTLED) -> Background:
    """The work of one process beside its requests: some files at a time, of whichever export has waited longest."""

    async def run(runtime: Runtime) -> None:
        async def look() -> int:
            return await export_next(runtime.database, settled)

        await keep_on("export", every, lambda: drained(look))

    return run


async def remove_expired_exports(runtime: Runtime) -> None:
    """The work of one process beside its requests: no file outlives its time."""

    async def look() -> None:
        async with runtime.database.transaction(SYSTEM) as tx:
            await store.forget_expired(tx)

    await keep_on("export_expiry", PURGE_SECONDS, look)


async def export_next(database: Database, settled: timedelta = SETTLED) -> int:
    """Write the next files of the export that has waited longest; how many there were to go on with, which is 1 or 0.

    A process that dies meanwhile loses these and no more: the next one begins where the last file ended.
    """
    async with database.transaction(SYSTEM) as tx:
        found = await store.waiting(tx, tx.now - settled)
    if found is None:
        return 0
    job_id, subject = found
    try:
        # As the system itself, so that the database shows it no more than it may read.
        async with database.transaction(Principal(subject, Persona.INTEGRATOR)) as tx:
            await _write_next(tx, job_id)
    except Exception as error:  # noqa: BLE001  the next step of another export must go on
        log.warning("export step failed", extra={"export_job_id": str(job_id), "error": type(error).__name__})
        async with database.transaction(SYSTEM) as tx:
            job = await store.unfinished(tx, job_id)
            if job is not None:
                job.stumbled(tx.now)
    return 1


async def _write_next(tx: Transaction, job_id: UUID) -> None:
    """As much as is held at once, which is a file of each team that is come to."""
    job = await store.unfinished(tx, job_id)
    if job is None:
        return
    (hours,) = await amounts(tx, tx.today, RuleCode.EXPORT_HOURS)
    files: dict[UUID, Gathered] = {}
    last = (job.after_team, job.after) if job.after_team and job.after else None
    count, size, is_over = 0, 0, False
    while not is_over and count < MOST_AT_ONCE and size < MOST_BYTES:
        rows = await store.page(tx, job, last, PAGE)
        last = (rows[-1].team_id, rows[-1].resource_id) if rows else last
        is_over = len(rows) < PAGE
        for one in await _as_asked(tx, job, rows):
            line = orjson.dumps(bundle.written(one) if isinstance(one, Kept) else bundle.rendered(one))
            files.setdefault(one.team_id, Gathered()).take(line, one.client_id)
            count, size = count + 1, size + len(line)
            if size >= MOST_BYTES:
                last, is_over = (one.team_id, one.resource_id), False
                break
    for place, (team_id, held) in enumerate(files.items()):
        tx.add(ExportFile.holding(job, place, team_id, held.lines, held.clients))
    job.wrote(count, None if is_over else last, tx.now, timedelta(hours=hours))


async def _as_asked(tx: Transaction, job: ExportJob, rows: Sequence[Kept]) -> Sequence[Kept | ResourceHistory]:
    """Each as it was when the export was asked for; what was not there yet is left out.

    Whoever agrees no longer to be told of is named no more than a read names them.
    """
    later = {(row.resource_type, row.resource_id) for row in rows if row.changed_at > job.asked_at}
    known = {one.resource_id: one for one in await store.as_of(tx, sorted(later), job.asked_at)} if later else {}
    found = [(row, known.get(row.resource_id) if row.changed_at > job.asked_at else row) for row in rows]
    return [_as_agreed(row, one) for row, one in found if one is not None and _belongs(job, row, one)]


def _as_agreed(row: Kept, one: Kept | ResourceHistory) -> Kept | ResourceHistory:
    if isinstance(one, Kept) or row.resource_type != people.RELATED_PERSON:
        return one
    return ResourceHistory(**one.model_dump() | {"content": people.as_agreed(one.content, row.content)})


def _belongs(job: ExportJob, row: Kept, one: Kept | ResourceHistory) -> bool:
    """An earlier version may have been another team's, of nobody yet, or older than what was asked for."""
    is_theirs = one.team_id == row.team_id
    is_known = not job.only_patients or one.client_id is not None
    return is_theirs and is_known and (job.since is None or one.changed_at >= job.since)
