"""Exporting the record in bulk (FHIR Bulk Data Access 2): asked for, made in the background, fetched, and removed."""

import logging
from collections.abc import Sequence
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
from services.interop.domain.resource import Resource, ResourceHistory
from services.interop.domain.rule import RuleCode
from services.interop.fhir import bundle
from services.interop.fhir.mapping import people
from services.interop.store import exports as store

log = logging.getLogger(__name__)

# A file is held in memory whole, while it is written and while it is fetched: so large it grows, and no larger.
MOST_IN_FILE, MOST_BYTES, PAGE = 5000, 4 * 1024 * 1024, 200
# What had begun when an export was asked for has begun in the database too after this.
SETTLED = timedelta(seconds=2)
POLL_SECONDS, PURGE_SECONDS = 1.0, 60.0


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
    """The work of one process beside its requests: a file at a time, of whichever export has waited longest."""

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
    """Write the next file of the export that has waited longest; how many there were to go on with, which is 1 or 0.

    A process that dies meanwhile loses this file and no more: the next one begins where the last file ended.
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
    job = await store.unfinished(tx, job_id)
    if job is None:
        return
    (hours,) = await amounts(tx, tx.today, RuleCode.EXPORT_HOURS)
    lines: list[bytes] = []
    people: set[UUID] = set()
    last = (job.after_team, job.after) if job.after_team and job.after else None
    team_id, size, is_over = None, 0, False
    while not is_over and len(lines) < MOST_IN_FILE and size < MOST_BYTES:
        rows = await store.page(tx, job, last, PAGE)
        team_id = team_id or (rows[0].team_id if rows else None)
        of_team = [row for row in rows if row.team_id == team_id]
        for row in await _as_asked(tx, job, of_team):
            lines.append(orjson.dumps(bundle.rendered(row)))
            people |= {row.client_id} if row.client_id else set()
            size += len(lines[-1])
        last = (of_team[-1].team_id, of_team[-1].resource_id) if of_team else last
        is_over = len(rows) < PAGE and len(of_team) == len(rows)
        if len(of_team) < len(rows):
            break
    if lines and team_id:
        tx.add(ExportFile.holding(job, team_id, lines, people))
    job.wrote(len(lines), None if is_over else last, tx.now, timedelta(hours=hours))


async def _as_asked(tx: Transaction, job: ExportJob, rows: Sequence[Resource]) -> Sequence[Resource | ResourceHistory]:
    """Each as it was when the export was asked for; what was not there yet is left out.

    Whoever agrees no longer to be told of is named no more than a read names them.
    """
    later = {(row.resource_type, row.resource_id) for row in rows if row.changed_at > job.asked_at}
    known = {one.resource_id: one for one in await store.as_of(tx, sorted(later), job.asked_at)} if later else {}
    found = [(row, known.get(row.resource_id) if row.changed_at > job.asked_at else row) for row in rows]
    return [_as_agreed(row, one) for row, one in found if one is not None and _belongs(job, row, one)]


def _as_agreed(row: Resource, one: Resource | ResourceHistory) -> Resource | ResourceHistory:
    if one is row or row.resource_type != people.RELATED_PERSON:
        return one
    return ResourceHistory(**one.model_dump() | {"content": people.as_agreed(one.content, row.content)})


def _belongs(job: ExportJob, row: Resource, one: Resource | ResourceHistory) -> bool:
    """An earlier version may have been another team's, of nobody yet, or older than what was asked for."""
    is_theirs = one.team_id == row.team_id
    is_known = not job.only_patients or one.client_id is not None
    return is_theirs and is_known and (job.since is None or one.changed_at >= job.since)
