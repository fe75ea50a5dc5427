"""Agencies' care: told by a council's system, and asked for by the team's record."""

from datetime import date, datetime
from uuid import UUID

from services.common.http import api_router
from services.common.types import Answer
from services.interop import usecases
from services.interop.api.callers import ByArranger, ByService
from services.interop.api.kept_route import kept_router
from services.interop.domain.agency_care import CallTime, ToldAgencyCare

door = kept_router(tags=["council"])
router = api_router(tags=["council"])


class AgencyCareReceipt(Answer):
    """`id` is this care's here; `version` counts how often it was told."""

    id: UUID
    version: int
    care_ref: str
    told_at: datetime


class AgencyCareShape(Answer):
    id: UUID
    version: int
    client_id: UUID
    agency: str
    phone: str | None
    kind: str
    times: list[CallTime]
    from_on: date
    until_on: date | None


@door.post("/social-care/agency-care", response_model=AgencyCareReceipt)
async def hear_of_agency_care(tx: ByArranger, body: ToldAgencyCare) -> object:
    """Tell which agency comes to a client who shares with the council, and when; the same again changes nothing else.

    For the system that the council's connection names in `refers_as`, with the scope `agency-care:write`.
    """
    return await usecases.hear_of_agency_care(tx, body)


@router.get("/agency-care/{agency_care_id}", response_model=AgencyCareShape)
async def read_agency_care(tx: ByService, agency_care_id: UUID) -> object:
    """One agency's care, for the record that shows it."""
    return await usecases.read_agency_care(tx, agency_care_id)
