"""Documents to the GP: where each stands, why, and what a person does about it; and how the NHS's services answer."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.interop import usecases
from services.interop.api.callers import ByOps
from services.interop.domain.gp_document import GpDocumentState
from services.interop.domain.mesh_message import MeshOutcome

router = api_router(tags=["GP"])


class GpDocumentShape(Answer):
    """One client's day for their surgery. `reason` says why it is not there: `itk3_30002` is the surgery's own code
    (the patient is not known there), `mesh_12` MESH's, and `no_nhs_number` what is missing here."""

    id: UUID
    version: int
    team_id: UUID
    client_id: UUID
    ods_code: str
    happened_on: date
    edition: int
    contacts: list[UUID]
    state: GpDocumentState
    reason: str | None
    due_at: datetime
    sends: int
    sent_at: datetime | None
    received_at: datetime | None
    answered_at: datetime | None


class MeshMessageShape(Answer):
    """What lay in our mailbox, without what it says."""

    id: UUID
    version: int
    mesh_id: str
    received_at: datetime
    sender: str | None
    workflow_id: str | None
    message_type: str
    status_code: str | None
    outcome: MeshOutcome
    gp_document_id: UUID | None


class PartnerShape(Answer):
    """`last_heard_at` is when a partner that comes to us last came: an agent, which is `silent` where that is long ago;
    its `last_success_at` is when it last wrote something."""

    name: str
    state: str
    failures: int
    last_error: str | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_heard_at: datetime | None


class Partners(BaseModel):
    items: list[PartnerShape]


State = Annotated[GpDocumentState | None, Query(description="Only those that stand so, such as `refused`.")]
Outcome = Annotated[MeshOutcome | None, Query(description="Only those that turned out so, such as `unknown`.")]


@router.get("/gp-documents", response_model=Page[GpDocumentShape])
async def list_gp_documents(tx: ByNurse, page: Asked, client_id: UUID | None = None, state: State = None) -> object:
    """What went, or is to go, to the surgeries of the caller's clients."""
    return await usecases.list_gp_documents(tx, page, client_id=client_id, state=state)


@router.get("/gp-documents/{gp_document_id}", response_model=GpDocumentShape)
async def read_gp_document(tx: ByNurse, gp_document_id: UUID, response: Response) -> object:
    """One document: where it stands, and why."""
    return tagged(await usecases.read_gp_document(tx, gp_document_id), response)


@router.get("/gp-documents/{gp_document_id}/letter", response_class=Response)
async def read_gp_letter(tx: ByNurse, gp_document_id: UUID) -> Response:
    """The letter as it last left, as a PDF."""
    letter = await usecases.read_gp_letter(tx, gp_document_id)
    return Response(letter, media_type="application/pdf")


@router.post("/gp-documents/{gp_document_id}/send", response_model=GpDocumentShape)
async def send_gp_document(tx: ByNurse, gp_document_id: UUID, version: IfMatch, response: Response) -> object:
    """Send now what would leave when the day is over, or again what did not arrive."""
    return tagged(await usecases.send_gp_document(tx, gp_document_id, version), response)


@router.get("/mesh-messages", response_model=Page[MeshMessageShape])
async def list_mesh_messages(tx: ByOps, page: Asked, outcome: Outcome = None) -> object:
    """What lay in our mailbox. What is unknown, unreadable or not ours waits for a person."""
    return await usecases.list_mesh_messages(tx, page, outcome)


@router.get("/mesh-messages/{mesh_message_id}", response_model=MeshMessageShape)
async def read_mesh_message(tx: ByOps, mesh_message_id: UUID, response: Response) -> object:
    """One message of our mailbox."""
    return tagged(await usecases.read_mesh_message(tx, mesh_message_id), response)


@router.post("/mesh-messages/{mesh_message_id}/settle", response_model=MeshMessageShape)
async def settle_mesh_message(tx: ByOps, mesh_message_id: UUID, version: IfMatch, response: Response) -> object:
    """Say that it was dealt with by other means, so that it waits for nobody."""
    return tagged(await usecases.settle_mesh_message(tx, mesh_message_id, version), response)


@router.get("/partners", response_model=Partners)
async def list_partners(tx: ByOps, request: Request) -> object:
    """The services of the NHS and of trusts that this installation speaks with, and how each has been answering."""
    settings = request.app.state.settings
    connected = {
        "gpconnect": bool(settings.gpconnect_surgeries),
        "mesh": bool(settings.mesh_url),
        "pds": bool(settings.pds_url),
        "systmone": bool(settings.systmone_place),
    }
    return {"items": await usecases.list_partners(tx, connected, settings.systmone_writes)}
