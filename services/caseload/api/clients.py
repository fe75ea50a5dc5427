"""Clients: the list, the whole record of one, and the search by NHS number."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from services.caseload import usecases
from services.caseload.api.callers import ByNurseOrServiceReading
from services.caseload.api.record_shapes import ClientRecord
from services.caseload.api.shapes import ClientShape
from services.caseload.clients import Elsewhere
from services.common.audit.report import Period, in_words
from services.common.audit.shapes import AccessShape
from services.common.http import ByNurse, api_router, written
from services.common.paging import Asked, Page
from services.common.types import Day, Input, NhsNumber

router = api_router(tags=["clients"])


class Search(Input):
    """The number travels in the body, so that it is in no URL and no log."""

    nhs_number: NhsNumber


@router.get("/clients", response_model=Page[ClientShape])
async def list_clients(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The clients of the caller's teams."""
    return written(await usecases.list_clients(tx, page, ClientShape, team_id=team_id))


@router.post("/clients/_search", response_model=ClientShape)
async def search_client(tx: ByNurse, body: Search) -> object:
    """The team's client with this NHS number."""
    return await usecases.search_client(tx, body.nhs_number)


@router.get("/clients/{client_id}", response_model=ClientRecord)
async def client_record(tx: ByNurseOrServiceReading, client_id: UUID) -> object:
    """The whole record in one call, with who wrote what."""
    record = await usecases.client_record(tx, client_id, ClientRecord)
    return written(record.document, version=record.version)


@router.get("/clients/{client_id}/access-report", response_model=Page[AccessShape])
async def access_report(
    tx: ByNurse,
    client_id: UUID,
    page: Asked,
    request: Request,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    at: Annotated[Elsewhere | None, Query(description="Another service that holds some of it.")] = None,
) -> object:
    """Who read or changed this client's record here, or at another service, when and what for, newest first."""
    period = Period(first, last)
    if at is not None:
        peers = request.app.state.desk.peers
        told = await usecases.access_report_elsewhere(tx, peers, at, client_id, page, period)
        return told.as_page(told.items, page)
    found = await usecases.access_report(tx, client_id, page, period)
    return found.as_page(in_words(request.app, found.items), page)
