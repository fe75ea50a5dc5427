"""Other agencies' care, and who is with the client on a day."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.caseload.api.rendered import tagged
from services.caseload.domain.other_care import CallTime, CareEnding, NewOtherCare
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day, InDigits, Instant

router = api_router(tags=["other care"])

MINUTES_OF_A_DAY = 1440


class OtherCareShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    agency: str
    phone: str | None
    kind: str
    beside: str
    times: list[CallTime]
    from_on: date
    until_on: date | None
    written_by: UUID | None


class CallShape(Answer):
    """`overlaps` is there where a visit's beginning and length were sent."""

    other_care_id: UUID
    agency: str
    phone: str | None
    kind: str
    starts_at: datetime
    ends_at: datetime
    overlaps: bool | None


class CallsOfDay(Answer):
    client_id: UUID
    on: date
    items: list[CallShape]


@router.post("/other-care", status_code=201, response_model=OtherCareShape)
async def arrange_other_care(tx: ByNurse, body: NewOtherCare, response: Response) -> object:
    """An agency comes to the client on these days at these times; `beside` says how our visits lie to it."""
    return tagged(await around.arrange_other_care(tx, body), response)


@router.get("/other-care", response_model=Page[OtherCareShape])
async def list_other_care(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """What agencies do for the caller's clients, or for one."""
    return await around.list_other_care(tx, page, client_id=client_id)


@router.get("/other-care/{other_care_id}", response_model=OtherCareShape)
async def read_other_care(tx: ByNurse, other_care_id: UUID, response: Response) -> object:
    """One agency's times."""
    return tagged(await around.read_other_care(tx, other_care_id), response)


@router.post("/other-care/{other_care_id}/end", response_model=OtherCareShape)
async def end_other_care(
    tx: ByNurse, other_care_id: UUID, body: CareEnding, version: IfMatch, response: Response
) -> object:
    """The agency's last day; new times are a new arrangement."""
    return tagged(await around.end_other_care(tx, other_care_id, body, version), response)


@router.get("/clients/{client_id}/other-care", response_model=CallsOfDay)
async def calls_at_client(
    tx: ByNurse,
    client_id: UUID,
    on: Day | None = None,
    starts_at: Instant | None = None,
    minutes: Annotated[int | None, Query(ge=1, le=MINUTES_OF_A_DAY), InDigits] = None,
) -> object:
    """Who else is with the client on a day, in order; before a visit is booked, whether it would overlap."""
    return await around.calls_at_client(tx, client_id, on, starts_at, minutes)
