"""What hospitals tell by HL7 v2, for whoever looks after the connection: what waits for a look, and mending it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.interop import usecases
from services.interop.api.callers import ByOps
from services.interop.api.shapes import AdtMessageShape
from services.interop.domain.adt import AdtOutcome

router = api_router(tags=["admissions"])


@router.get("/adt-messages", response_model=Page[AdtMessageShape])
async def list_adt_messages(tx: ByOps, page: Asked, outcome: Annotated[AdtOutcome | None, Query()] = None) -> object:
    """The messages and what became of each: taken, waiting for a look, passed over, refused or set aside."""
    return await usecases.list_adt_messages(tx, page, outcome)


@router.get("/adt-messages/{adt_message_id}", response_model=AdtMessageShape)
async def read_adt_message(tx: ByOps, adt_message_id: UUID, response: Response) -> object:
    """One message, with its version."""
    found = await usecases.read_adt_message(tx, adt_message_id)
    etag(response, found)
    return found


@router.post("/adt-messages/{adt_message_id}/try-again", response_model=AdtMessageShape)
async def try_adt_again(tx: ByOps, adt_message_id: UUID, version: IfMatch, request: Request) -> object:
    """Apply a message that waits as it came, now that the client is known by the NHS number, say."""
    return await usecases.try_adt_again(tx, adt_message_id, version, request.app.state.settings)


@router.post("/adt-messages/{adt_message_id}/set-aside", response_model=AdtMessageShape)
async def set_adt_aside(tx: ByOps, adt_message_id: UUID, version: IfMatch) -> object:
    """Nothing is to be done about a message: the person is no client here, say."""
    return await usecases.set_adt_aside(tx, adt_message_id, version)
