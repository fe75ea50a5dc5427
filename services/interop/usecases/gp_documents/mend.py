"""What the team and ops see of documents to GPs, and what they do about those that do not arrive."""

import base64
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.interop.domain.gp_document import GpDocument, GpDocumentState
from services.interop.domain.mesh_message import MeshMessage, MeshOutcome
from services.interop.fhir import xml_in
from services.interop.store import gp_documents as store


async def list_gp_documents(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, state: GpDocumentState | None
) -> dict[str, Any]:
    """The documents about the clients of the caller's teams."""
    return await page(tx, await store.listed(tx, client_id=client_id, state=state), GpDocument, request)


async def read_gp_document(tx: Transaction, gp_document_id: UUID) -> GpDocument:
    """Raises `NotFound`."""
    return await tx.get(GpDocument, gp_document_id)


async def read_gp_letter(tx: Transaction, gp_document_id: UUID) -> bytes:
    """The letter as it last left, as a PDF. Raises `NotFound`, also for what has not left yet."""
    document = await tx.get(GpDocument, gp_document_id)
    raw = await store.newest_message(tx, document.id)
    if raw is None:
        raise NotFound("letter")
    inner = xml_in.as_read(raw)["entry"][-1]["resource"]["entry"]
    return base64.b64decode(inner[-1]["resource"]["content"])


async def send_gp_document(tx: Transaction, gp_document_id: UUID, if_match: int) -> GpDocument:
    """What waits leaves now, and what did not arrive leaves again, with what is recorded by now.

    Raises `NotFound`, `PreconditionFailed`, `AlreadyAtTheSurgery`, `OnItsWayToTheSurgery` or `NotSharedWithTheSurgery`.
    """
    document = await tx.get(GpDocument, gp_document_id, lock=True)
    require_version(document, if_match)
    document.leaves_now(tx.now)
    await tx.session.flush()
    return document


async def list_mesh_messages(tx: Transaction, request: PageRequest, outcome: MeshOutcome | None) -> dict[str, Any]:
    """What lay in our mailbox, without what it says."""
    return await page(tx, store.mailbox(outcome), MeshMessage, request)


async def read_mesh_message(tx: Transaction, mesh_message_id: UUID) -> MeshMessage:
    """Raises `NotFound`."""
    return await tx.get(MeshMessage, mesh_message_id)


async def settle_mesh_message(tx: Transaction, mesh_message_id: UUID, if_match: int) -> MeshMessage:
    """Somebody dealt with it by other means. Raises `NotFound`, `PreconditionFailed` or `NothingToSettle`."""
    kept = await tx.get(MeshMessage, mesh_message_id, lock=True)
    require_version(kept, if_match)
    kept.settle(tx.now)
    await tx.session.flush()
    return kept
