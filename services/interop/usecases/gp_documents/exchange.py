"""The exchange with MESH, by one worker beside the requests: what is due leaves, and what lies there is read."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from services.common.audit.entry import Entry
from services.common.auth import SYSTEM, Persona, Principal
from services.common.db import Transaction
from services.common.rulebook import amounts
from services.common.service import Background, Runtime
from services.common.watching import keep_on
from services.interop.domain.gp_document import ON_ITS_WAY, GpDocument, GpDocumentState, GpMessage
from services.interop.domain.rule import RuleCode
from services.interop.partners.gpconnect import document as itk
from services.interop.partners.gpconnect.letter import Day
from services.interop.partners.mesh.mailbox import Mailbox, MeshRefused, MeshUnreachable, open_mailbox
from services.interop.settings import InteropSettings
from services.interop.store import gp_documents as store
from services.interop.store import partner_health
from services.interop.usecases.gp_documents import mailbox

log = logging.getLogger(__name__)

PARTNER = "mesh"
# Longer than anything that is asked of MESH may take.
LEASE = timedelta(minutes=5)
Open = Callable[[InteropSettings], Mailbox]


class Leaving(NamedTuple):
    """A message that is kept and has yet to be handed to MESH. `to` names whom it is about, and goes to MESH alone."""

    gp_document_id: UUID
    message_id: UUID
    client_id: UUID
    to: str
    raw: bytes

    def __repr__(self) -> str:
        return f"Leaving({self.message_id})"


def exchange_gp_documents(every: float | None = None, opened: Open = open_mailbox) -> Background:
    """The work of one process beside its requests, as often as the settings say, or `every` so many seconds; nothing
    where no MESH is connected."""

    async def run(runtime: Runtime) -> None:
        settings = runtime.settings
        if not isinstance(settings, InteropSettings) or not settings.mesh_url:
            return
        sender = itk.Sender(settings.ods_code, settings.organisation_name, settings.mesh_mailbox)
        boxes: list[Mailbox] = []

        async def look() -> None:
            try:
                if not boxes:
                    boxes.append(opened(settings))
                await _once(runtime, boxes[0], sender)
            except MeshUnreachable as error:
                await _note_failed(runtime, error)

        try:
            await keep_on(PARTNER, every or settings.mesh_poll_seconds, look)
        finally:
            for box in boxes:
                await box.close()

    return run


async def _once(runtime: Runtime, box: Mailbox, sender: itk.Sender) -> None:
    """One round: a handshake where one is due, then the mailbox, then what is to leave.

    Raises `MeshUnreachable`. What cannot be fetched from the mailbox keeps nothing from leaving.
    """
    await _shake_hands(runtime, box)
    trouble = await mailbox.read(runtime, box, sender.mailbox)
    while await _send_next(runtime, box, sender):
        pass
    if trouble is not None:
        raise trouble


async def _note_failed(runtime: Runtime, error: MeshUnreachable) -> None:
    log.warning("partner not reached", extra={"code": PARTNER, "error": error.code})
    async with runtime.database.transaction(SYSTEM) as tx:
        (await partner_health.of(tx, PARTNER)).failed(error.code, tx.now)


async def _shake_hands(runtime: Runtime, box: Mailbox) -> None:
    """As often as MESH asks for it, and after every failure."""
    async with runtime.database.transaction(SYSTEM) as tx:
        health = await partner_health.of(tx, PARTNER)
        (hours,) = await amounts(tx, tx.today, RuleCode.MESH_HANDSHAKE)
        last, now = health.last_success_at, tx.now
        is_due = health.failures or last is None or last + timedelta(hours=hours) <= now
    if not is_due:
        return
    await box.handshake()
    async with runtime.database.transaction(SYSTEM) as tx:
        (await partner_health.of(tx, PARTNER)).answered(tx.now)


async def _send_next(runtime: Runtime, box: Mailbox, sender: itk.Sender) -> bool:
    """Whether there was something due. The message is kept before it leaves, so that any answer finds it."""
    async with runtime.database.transaction(SYSTEM) as tx:
        document = await store.lease(tx, LEASE)
        if document is None:
            return False
        leaving = await _made(tx, document, sender, asks_pds=bool(InteropSettings.of(runtime.settings).pds_url))
    if leaving is None:
        return True
    try:
        mesh_id = await box.send(leaving.to, itk.WORKFLOW, str(leaving.message_id), leaving.raw)
    except MeshRefused as refused:
        async with runtime.database.transaction(SYSTEM) as tx:
            (await store.locked(tx, leaving.gp_document_id)).returned(f"mesh_{refused.code}", tx.now)
        return True
    except MeshUnreachable as error:
        await _note_stumbled(runtime, leaving.gp_document_id, f"mesh_{error.code}")
        raise
    async with runtime.database.transaction(SYSTEM, record=_disclosure(runtime, leaving)) as tx:
        tx.concerns(leaving.client_id)
        await store.note_taken(tx, leaving.message_id, mesh_id)
        (hours,) = await amounts(tx, tx.today, RuleCode.GP_ANSWER)
        (await store.locked(tx, leaving.gp_document_id)).left(tx.now, tx.now + timedelta(hours=hours))
    return True


async def _made(tx: Transaction, document: GpDocument, sender: itk.Sender, *, asks_pds: bool) -> Leaving | None:
    """The next message of a document; None where it is given up, or cannot be addressed."""
    (most,) = await amounts(tx, tx.today, RuleCode.GP_SENDS)
    if document.has_been_silent(most, tx.now):
        return None
    patient = await store.patient(tx, document.client_id)
    reason = itk.missing(patient) or (None if sender.ods_code else "no_ods_code")
    if reason is None and asks_pds:
        # MESH takes it to the practice that PDS has, whichever the team agreed on with the client.
        reason = document.held_against(await store.practice_by_pds(tx, document.client_id))
    if patient is None or reason is not None:
        document.hold(reason or "no_patient", tx.now)
        return None
    encounters = await store.encounters(tx, document.contacts)
    is_told = await store.found_in(tx, document.client_id, encounters)
    day = Day(
        on=document.happened_on,
        edition=document.edition,
        organisation=sender.name or sender.ods_code,
        patient=patient,
        encounters=encounters,
        observations=await store.observations(tx, document.client_id, document.happened_on, is_told),
        conditions=await store.conditions(tx, document.client_id, is_told),
    )
    message_id, to = uuid4(), itk.recipient(patient) or ""
    replaces = await store.replaced_by(tx, document)
    try:
        # A letter is set in some hundredths of a second, which nobody else waits for.
        raw = await asyncio.to_thread(itk.message, document, message_id, day, sender, replaces, tx.now)
    except Exception as error:  # noqa: BLE001  one that cannot be written keeps no other from leaving
        log.warning("document not written", extra={"gp_document_id": str(document.id), "error": type(error).__name__})
        document.hold("cannot_be_written", tx.now)
        return None
    number = await store.next_number(tx, document.id)
    tx.add(GpMessage(id=message_id, gp_document_id=document.id, number=number, made_at=tx.now, raw=raw))
    return Leaving(document.id, message_id, document.client_id, to, raw)


async def _note_stumbled(runtime: Runtime, gp_document_id: UUID, reason: str) -> None:
    async with runtime.database.transaction(SYSTEM) as tx:
        (minutes,) = await amounts(tx, tx.today, RuleCode.GP_RETRY)
        document = await store.locked(tx, gp_document_id)
        if document.state == GpDocumentState.WAITING or document.state in ON_ITS_WAY:
            document.stumbled(reason, _later(tx.now, minutes), tx.now)


def _later(now: datetime, minutes: int) -> datetime:
    return now + timedelta(minutes=minutes)


def _disclosure(runtime: Runtime, leaving: Leaving) -> Entry:
    """What the surgery is told is put on record as an access of the surgery's."""
    return Entry(
        actor=Principal("surgery", Persona.PRACTICE),
        issuer=runtime.settings.issuer,
        operation="send a document to the GP",
        action="E",
        entity_type="gp_document",
        entity_id=leaving.gp_document_id,
    )
