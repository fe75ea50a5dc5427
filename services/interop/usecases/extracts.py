"""What a trust's SystmOne unit holds, file by file: kept as it came, judged, and tried again once it is put right."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncssh

from services.common.auth import SYSTEM
from services.common.db import Transaction, require_version
from services.common.outside import NotOutside
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.common.service import Background, Runtime
from services.common.watching import keep_on
from services.interop.domain.rule import RuleCode
from services.interop.domain.systmone_extract import (
    ExtractState,
    Refusal,
    SystmoneContact,
    SystmoneExtract,
    SystmoneNotConnected,
    TakenExtractStays,
    There,
)
from services.interop.partners.places import Disk, Place, Sftp
from services.interop.partners.systmone import extract as files
from services.interop.partners.systmone.drop import ExtractDrop
from services.interop.partners.systmone.extract import Incoming, Refused
from services.interop.partners.systmone.layout import Layout
from services.interop.settings import InteropSettings
from services.interop.store import partner_health
from services.interop.store import systmone as store

log = logging.getLogger(__name__)

PARTNER = "systmone"
LOOK_SECONDS, FORGET_SECONDS = 60.0, 3600.0
UNREACHABLE, DENIED, MISCONFIGURED = "unreachable", "denied", "misconfigured"


def take_extracts(every: float = LOOK_SECONDS) -> Background:
    """The work of one process beside its requests; nothing where no place is set."""

    async def run(runtime: Runtime) -> None:
        settings = InteropSettings.of(runtime.settings)
        layout = settings.systmone_layout
        if not settings.systmone_place or layout is None:
            return
        drop = ExtractDrop(_place(settings), needs_manifest=layout.needs_manifest)
        await keep_on("systmone_extracts", every, lambda: _look(runtime, drop, layout))

    return run


async def _look(runtime: Runtime, drop: ExtractDrop, layout: Layout) -> None:
    """A file that cannot be dealt with holds up none that sorts after it, and is looked at again."""
    trouble: Exception | None = None
    try:
        for name in await drop.waiting():
            try:
                await _take(runtime, drop, name, layout)
            except Exception as error:  # noqa: BLE001  whatever goes wrong with one file is looked at again
                trouble = error
    except Exception as error:  # noqa: BLE001  whatever goes wrong at the trust's end is looked at again
        trouble = error
    if trouble is not None:
        log.warning("extracts not taken", extra={"error": type(trouble).__name__})
    await _note_place(runtime, None if trouble is None else _code(trouble))


def _place(settings: InteropSettings) -> Place:
    if not settings.systmone_place.startswith("sftp:"):
        return Disk(Path(settings.systmone_place))
    inside = settings.partner_hosts_inside
    return Sftp(settings.systmone_place, settings.systmone_host_key, settings.sftp_key, inside)


def _code(error: Exception) -> str:
    if isinstance(error, asyncssh.PermissionDenied | asyncssh.SFTPPermissionDenied | PermissionError):
        return DENIED
    is_ours = isinstance(error, asyncssh.KeyImportError | asyncssh.HostKeyNotVerifiable | NotOutside)
    return MISCONFIGURED if is_ours else UNREACHABLE


async def _note_place(runtime: Runtime, trouble: str | None) -> None:
    """Whether the place could be looked at. That a file was refused is not made good by that."""
    async with runtime.database.transaction(SYSTEM) as tx:
        health = await partner_health.of(tx, PARTNER)
        if trouble is not None:
            health.failed(trouble, tx.now)
        elif health.last_error in (UNREACHABLE, DENIED, MISCONFIGURED):
            health.answered(tx.now)


async def _take(runtime: Runtime, drop: ExtractDrop, name: str, layout: Layout) -> None:
    """Kept first, in a transaction of its own; a file that comes again changes nothing."""
    try:
        file = await drop.fetch(name)
        if file is None:
            return
        async with runtime.database.transaction(SYSTEM) as tx:
            await store.keep(tx, name, file.digest, file.raw, file.manifest)
        async with runtime.database.transaction(SYSTEM) as tx:
            kept = await store.locked(tx, file.digest)
            if kept is None:
                return
            if kept.state == ExtractState.RECEIVED:
                await _judge(tx, kept, file, layout)
            is_taken = kept.state == ExtractState.TAKEN
        await drop.settle(file, is_taken=is_taken)
    except FileNotFoundError:
        log.info("extract taken by another process")


async def _judge(tx: Transaction, kept: SystmoneExtract, file: Incoming, layout: Layout) -> None:
    """Raises `TakenExtractStays`."""
    (days,) = await amounts(tx, tx.today, RuleCode.SYSTMONE_DAYS)
    try:
        if file.too_large is not None:
            raise Refused(Refusal.TOO_LARGE)
        since = tx.today - timedelta(days=days)
        # In a thread of its own: a large file takes seconds, and whoever asks meanwhile is answered.
        found = await asyncio.to_thread(files.read, file.raw, file.manifest, layout, since=since, today=tx.today)
        kept.require_no_worse(found.rejects)
        kept.lists(found.rejects)
        if found.is_by_another_layout:
            raise Refused(Refusal.NO_ROW_READ)
    except Refused as refused:
        if kept.state == ExtractState.TAKEN:
            raise TakenExtractStays(", ".join(filter(None, (refused.refusal, refused.column)))) from refused
        kept.was_refused(refused.refusal, refused.column, tx.now)
        (await partner_health.of(tx, PARTNER)).failed(f"extract_{refused.refusal}", tx.now)
        log.error("extract refused", extra={"systmone_extract_id": str(kept.id), "code": refused.refusal.value})
        return
    await store.put(tx, kept.id, found.entries)
    counts = (found.rows, len(found.entries), found.passed_over)
    kept.was_taken(layout.units.values(), counts, tx.now)
    (await partner_health.of(tx, PARTNER)).answered(tx.now)


async def forget_extracts(runtime: Runtime) -> None:
    """The work of one process beside its requests: files and contacts are kept as long as the rule says."""

    async def look() -> None:
        async with runtime.database.transaction(SYSTEM) as tx:
            (days,) = await amounts(tx, tx.today, RuleCode.SYSTMONE_DAYS)
            await store.forget(tx, timedelta(days=days))

    await keep_on("systmone_kept", FORGET_SECONDS, look)


async def list_extracts(tx: Transaction, request: PageRequest, state: ExtractState | None) -> dict[str, Any]:
    """The files, without what is in them."""
    return await page(tx, store.extracts(state), SystmoneExtract, request)


async def read_extract(tx: Transaction, systmone_extract_id: UUID) -> SystmoneExtract:
    """One file, with the rows that could not be read. Raises `NotFound`."""
    return await tx.get(SystmoneExtract, systmone_extract_id)


async def try_extract_again(
    tx: Transaction, systmone_extract_id: UUID, if_match: int, layout: Layout | None
) -> SystmoneExtract:
    """As it came, now that the layout is put right.

    Raises `NotFound`, `PreconditionFailed`, `NothingToTryAgain`, `SystmoneNotConnected` or `TakenExtractStays`.
    """
    kept = await tx.get(SystmoneExtract, systmone_extract_id, lock=True)
    require_version(kept, if_match)
    kept.require_open()
    if layout is None:
        raise SystmoneNotConnected
    await _judge(tx, kept, Incoming(kept.name, kept.raw, kept.manifest), layout)
    await tx.session.flush()
    return kept


async def read_systmone_contact(tx: Transaction, systmone_contact_id: UUID) -> SystmoneContact:
    """With whom and when SystmOne holds a contact, for the unit's own team. Where it is with a client of the team's,
    the look is on record as one at their data. Raises `NotFound`."""
    held = await tx.get(SystmoneContact, systmone_contact_id)
    if held.nhs_number is not None:
        there = There(held.id, held.team_id, held.nhs_number, held.started_at)
        tx.concerns(*(await store.clients_among(tx, [there]))[held.id])
    return held
