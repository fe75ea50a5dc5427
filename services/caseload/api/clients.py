"""Clients: the list, the whole record of one, and the search by NHS number."""

from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseOrService
from services.caseload.api.shapes import ClientRecord, ClientShape
from services.common.http import ByNurse, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Input, NhsNumber

router = api_router(tags=["clients"])


class Search(Input):
    """The number travels in the body, so that it is in no URL and no log."""

    nhs_number: NhsNumber


@router.get("/clients", response_model=Page[ClientShape])
async def list_clients(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The clients of the caller's teams."""
    return await usecases.list_clients(tx, page, team_id=team_id)


@router.post("/clients/_search", response_model=ClientShape)
async def search_client(tx: ByNurse, body: Search) -> object:
    """The team's client with this NHS number."""
    return await usecases.search_client(tx, body.nhs_number)


@router.get("/clients/{client_id}", response_model=ClientRecord)
async def client_record(tx: ByNurseOrService, client_id: UUID, response: Response) -> object:
    """The whole record in one call, with who wrote what."""
    record = await usecases.client_record(tx, client_id)
    etag(response, record["client"])
    return record
