"""A message from the trust's engine is kept, judged, done and acknowledged, once."""

import hashlib
import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.common.audit.entry import Entry
from services.common.auth import Persona, Principal
from services.common.db import Database, Transaction
from services.interop.domain.adt import Ack, AdtMessage, AdtOutcome
from services.interop.domain.inbound import Arrival, InboundMessage, MessageOutcome
from services.interop.partners.hl7 import message as hl7
from services.interop.partners.hl7.ack import acknowledgement
from services.interop.settings import InteropSettings
from services.interop.store import adt as store
from services.interop.store import messages
from services.interop.usecases.admissions.apply import Applied, apply

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/hl7-v2"
# What the message is noted with, in HTTP's words, beside those that come over HTTP.
STATUSES = {Ack.ACCEPT: 200, Ack.ERROR: 422, Ack.REJECT: 415}
FAULT = "Something went wrong on our side. The message is kept and can be tried again here; it need not be sent again."


# The trust's engine, as a partner's system that may tell of stays and nothing else.
ENGINE = Principal("hl7", Persona.INTEGRATOR, scopes=frozenset({"system/Encounter.cu", "system/Patient.s"}))


async def answer_adt(database: Database, settings: InteropSettings, raw: bytes) -> bytes | None:
    """The acknowledgement; None where the message cannot be kept now, so that it is sent again."""
    try:
        async with database.transaction(ENGINE) as tx:
            kept = InboundMessage.received(Arrival(raw, MEDIA_TYPE, None, None), ENGINE.subject, tx.now)
            tx.add(kept)
    except Exception as error:  # noqa: BLE001  whatever keeps it from being kept, the engine tries again
        log.error("message not kept", extra={"error": type(error).__name__})
        return None
    head: hl7.Header | None = None
    try:
        head = hl7.header(raw)
        hl7.require_ours(head)
        return await _taken(database, settings, kept.id, raw, head)
    except hl7.NotTaken as refused:
        await _note_refused(database, kept.id, head, refused)
        return acknowledgement(head, refused.ack, refused.text, datetime.now(UTC), code=refused.code)
    except Exception as error:  # noqa: BLE001  a defect of ours: it is kept, and seen
        return await _failed(database, kept.id, head, error)


async def _taken(
    database: Database, settings: InteropSettings, message_id: UUID, raw: bytes, head: hl7.Header
) -> bytes:
    """Raises `hl7.NotTaken`."""
    async with database.transaction(ENGINE, record=_record(settings, message_id)) as tx:
        await tx.take_turns(f"{head.sender}/{head.control_id}")
        before = await store.under(tx, head.sender, head.control_id)
        if before is not None and before.outcome != AdtOutcome.REFUSED and await _is_same(tx, before, raw):
            await messages.note(tx, message_id, MessageOutcome.ACCEPTED, STATUSES[Ack.ACCEPT])
            return acknowledgement(head, Ack(before.ack), before.text, tx.now)
        applied = await apply(tx, head.sender, hl7.read(head), settings.hl7_ods_code, message_id)
        was_refused = before is not None and before.outcome == AdtOutcome.REFUSED
        _keep(tx, before if was_refused else None, message_id, head, applied)
        await messages.note(tx, message_id, MessageOutcome.ACCEPTED, STATUSES[Ack.ACCEPT])
        return acknowledgement(head, Ack.ACCEPT, applied.text, tx.now)


async def _is_same(tx: Transaction, before: AdtMessage, raw: bytes) -> bool:
    """Whether it repeats the last message of its control id, and is not another, as of an engine that counts anew."""
    first = await messages.message(tx, before.message_id)
    return bool(first.digest == hashlib.sha256(raw).hexdigest())


def _keep(tx: Transaction, before: AdtMessage | None, message_id: UUID, head: hl7.Header, applied: Applied) -> None:
    """`before` was refused, and is corrected and sent again under the same control id, as some engines do."""
    if before is not None:
        before.message_id, before.ack = message_id, Ack.ACCEPT
        before.settled(applied.outcome, applied.text, applied.stay_id, tx.now)
        return
    tx.add(row(message_id, head, applied, Ack.ACCEPT, tx.now))


def row(message_id: UUID, head: hl7.Header, applied: Applied, ack: Ack, now: datetime) -> AdtMessage:
    about: dict[str, Any] = {"message_id": message_id, "sender": head.sender, "control_id": head.control_id}
    return AdtMessage(
        **about,
        event=head.event[:3],
        outcome=applied.outcome,
        ack=ack,
        text=applied.text,
        hospital_stay_id=applied.stay_id,
        received_at=now,
        changed_at=now,
    )


def _record(settings: InteropSettings, message_id: UUID) -> Entry:
    """Who told, on record as a write of the trust's."""
    return Entry(
        actor=ENGINE,
        issuer=settings.issuer,
        operation="take an ADT message",
        action="C",
        entity_type="inbound_message",
        entity_id=message_id,
    )


async def _note_refused(database: Database, message_id: UUID, head: hl7.Header | None, refused: hl7.NotTaken) -> None:
    """What is refused stays to be seen, where it has a control id to be named by."""
    async with database.transaction(ENGINE) as tx:
        await messages.note(tx, message_id, MessageOutcome.REFUSED, STATUSES[refused.ack])
        if head is None or not head.control_id:
            return
        await tx.take_turns(f"{head.sender}/{head.control_id}")
        before = await store.under(tx, head.sender, head.control_id)
        if before is not None and before.outcome == AdtOutcome.REFUSED:
            before.message_id, before.ack = message_id, refused.ack
            before.settled(AdtOutcome.REFUSED, refused.text, None, tx.now)
        else:
            tx.add(row(message_id, head, Applied(AdtOutcome.REFUSED, refused.text), refused.ack, tx.now))


async def _failed(database: Database, message_id: UUID, head: hl7.Header | None, error: Exception) -> bytes | None:
    """The log says where, and nothing that the message holds; whoever looks after this tries it again."""
    kind = type(error).__name__
    log.error("message not understood", extra={"message_id": str(message_id), "error": kind})
    if head is None:
        return None
    try:
        await _note_refused(database, message_id, head, hl7.NotTaken(Ack.ERROR, "207", FAULT))
    except Exception as again:  # noqa: BLE001  the database is away: the engine sends it again
        log.error("message not noted", extra={"message_id": str(message_id), "error": type(again).__name__})
        return None
    return acknowledgement(head, Ack.ERROR, FAULT, datetime.now(UTC), code="207")
