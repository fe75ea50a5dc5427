"""Statutory returns: asked for, looked at, and fetched by the systems that load them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import StreamingResponse

from services.common.http import api_router
from services.common.paging import Asked, Page
from services.interop import usecases
from services.interop.api.callers import ByMakerOfReturns, ByReaderOfReturns
from services.interop.api.return_shapes import ReturnShape
from services.interop.domain.statutory_return import NewReturn, ReturnKind
from services.interop.settings import InteropSettings

router = api_router(tags=["returns"])

FileName = Annotated[str, Path(pattern=r"^[A-Za-z0-9_]{1,60}\.csv$", description="As the return names it.")]


class CsvFile(StreamingResponse):
    """One file as it was made, sent part by part."""

    media_type = "text/csv"


@router.post("/returns", status_code=201, response_model=ReturnShape)
async def ask_for_return(tx: ByMakerOfReturns, body: NewReturn, request: Request) -> object:
    """Have a return made. Ask for it again by its id until its status is made."""
    return ReturnShape.of(await usecases.ask_for_return(tx, body, InteropSettings.of(request.app.state.settings)))


@router.get("/returns", response_model=Page[ReturnShape])
async def list_returns(tx: ByMakerOfReturns, page: Asked, kind: ReturnKind | None = None) -> object:
    """What was asked for, the newest first, with how often which rule was broken."""
    found = await usecases.list_returns(tx, page, kind=kind)
    return {**found, "items": [ReturnShape.of(one) for one in found["items"]]}


@router.get("/returns/{return_id}", response_model=ReturnShape)
async def look_at_return(tx: ByMakerOfReturns, return_id: UUID) -> object:
    """One return: its files with their checksums, and the rules that were broken, each with its way out."""
    return ReturnShape.of(await usecases.look_at_return(tx, return_id))


@router.get("/returns/{return_id}/files/{file_name}", response_class=CsvFile)
async def fetch_return_file(tx: ByReaderOfReturns, return_id: UUID, file_name: FileName, request: Request) -> CsvFile:
    """One file of CSV in UTF-8 (RFC 4180). Everybody whom it is about is on record as read by this system."""
    told = await usecases.open_return_file(tx, return_id, file_name)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{file_name}"'}
    headers["Checksum-Sha256"] = told["sha256"]
    parts = usecases.read_return_file(request.app.state.database, tx.actor, return_id, file_name)
    return CsvFile(parts, headers=headers)
