"""Reading our mailbox: each message is kept, then judged, then taken away there."""

from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Transaction
from services.common.service import Runtime
from services.interop.domain.mesh_message import Letter, MeshOutcome
from services.interop.partners.gpconnect import answers
from services.interop.partners.gpconnect.document import ACK_WORKFLOW, WORKFLOW
from services.interop.partners.mesh.mailbox import Mailbox, MeshUnreachable
from services.interop.store import gp_documents as store

Judged = tuple[MeshOutcome, UUID | None]


async def read(runtime: Runtime, box: Mailbox, own: str) -> MeshUnreachable | None:
    """Everything that lies there now; what could not be fetched lies there still, and why is told.

    Raises `MeshUnreachable`, where it cannot be told what lies there.
    """
    trouble = None
    for mesh_id in await box.waiting():
        try:
            await _take(runtime, box, mesh_id, own)
        except MeshUnreachable as error:
            trouble = error
    return trouble


async def _take(runtime: Runtime, box: Mailbox, mesh_id: str, own: str) -> None:
    letter = await box.fetch(mesh_id)
    async with runtime.database.transaction(SYSTEM) as tx:
        await store.keep(tx, letter)
    async with runtime.database.transaction(SYSTEM) as tx:
        kept = await store.unjudged(tx, mesh_id)
        if kept is not None:
            kept.judged(*await _judge(tx, letter, own), tx.now)
    await box.acknowledge(mesh_id)


async def _judge(tx: Transaction, letter: Letter, own: str) -> Judged:
    if letter.recipient and letter.recipient != own:
        return MeshOutcome.NOT_OURS, None
    if letter.is_report and letter.workflow_id in (WORKFLOW, ACK_WORKFLOW):
        return await _returned(tx, letter)
    if letter.workflow_id == ACK_WORKFLOW:
        return await _answered(tx, letter)
    return MeshOutcome.NOT_OURS, None


async def _returned(tx: Transaction, letter: Letter) -> Judged:
    """MESH could not deliver something, or nobody fetched it."""
    found = await store.message(tx, None, letter.linked_id) if letter.linked_id else None
    found = found or (await store.message(tx, named) if (named := _uuid(letter.local_id)) else None)
    if found is None:
        return MeshOutcome.UNKNOWN, None
    gp_document_id, is_newest = found
    if not is_newest:
        return MeshOutcome.LATE, gp_document_id
    (await store.locked(tx, gp_document_id)).returned(f"mesh_{letter.status_code or 'report'}"[:40], tx.now)
    return MeshOutcome.UNDERSTOOD, gp_document_id


async def _answered(tx: Transaction, letter: Letter) -> Judged:
    """The surgery's system says what it made of a document. A refusal of a sending that was repeated is late."""
    try:
        answer = answers.read(letter.raw)
    except answers.NotAnAnswer:
        return MeshOutcome.UNREADABLE, None
    found = await store.message(tx, answer.message_id)
    if found is None:
        return MeshOutcome.UNKNOWN, None
    gp_document_id, is_newest = found
    document = await store.locked(tx, gp_document_id)
    if not is_newest and answer.is_refusal_of(document.sends):
        return MeshOutcome.LATE, gp_document_id
    document.heard(answer, tx.now)
    return MeshOutcome.UNDERSTOOD, gp_document_id


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
