"""The extracts of a trust's SystmOne unit, for who looks after the connection, and a contact in them for its team."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.interop import usecases
from services.interop.api.callers import ByOps
from services.interop.domain.systmone_extract import ExtractState

router = api_router(tags=["systmone"])


class SystmoneExtractShape(Answer):
    """A file: received, taken, or refused as a whole with the reason, the column that it is about, and the way out.

    `rows` are those below the heads: `taken`, `passed_over` as another unit's or too old, and `rejected`.
    """

    id: UUID
    version: int
    name: str
    received_at: datetime
    state: str
    rows: int
    taken: int
    passed_over: int
    rejected: int
    refusal: str | None
    refused_column: str | None
    way_out: str | None


class UnreadRow(Answer):
    """A row that could not be read: the line on which it begins, the name of the column, and what is wrong there."""

    line: int
    column: str | None
    code: str


class ReadExtractShape(SystmoneExtractShape):
    """One file with the first 500 rows that could not be read."""

    rejects: list[UnreadRow]


class SystmoneContactShape(Answer):
    """A contact as SystmOne holds it; of one that was deleted there, neither whose nor when."""

    id: UUID
    team_id: UUID
    nhs_number: str | None
    happened_on: date | None
    started_at: datetime | None


@router.get("/systmone-extracts", response_model=Page[SystmoneExtractShape])
async def list_extracts(tx: ByOps, page: Asked, state: Annotated[ExtractState | None, Query()] = None) -> object:
    """The files that the trust left, with counts: what was taken of each, and why others were refused."""
    return await usecases.list_extracts(tx, page, state)


@router.get("/systmone-extracts/{systmone_extract_id}", response_model=ReadExtractShape)
async def read_extract(tx: ByOps, systmone_extract_id: UUID, response: Response) -> object:
    """One file, with its version and the rows that could not be read."""
    found = await usecases.read_extract(tx, systmone_extract_id)
    etag(response, found)
    return found


@router.post("/systmone-extracts/{systmone_extract_id}/try-again", response_model=ReadExtractShape)
async def try_extract_again(tx: ByOps, systmone_extract_id: UUID, version: IfMatch, request: Request) -> object:
    """Take a file as it came, now that the layout is put right."""
    layout = request.app.state.settings.systmone_layout
    return await usecases.try_extract_again(tx, systmone_extract_id, version, layout)


@router.get("/systmone-contacts/{systmone_contact_id}", response_model=SystmoneContactShape)
async def read_systmone_contact(tx: ByNurse, systmone_contact_id: UUID) -> object:
    """With whom and when SystmOne holds a contact that a reconciliation names, for a nurse of the unit's own team."""
    return await usecases.read_systmone_contact(tx, systmone_contact_id)
