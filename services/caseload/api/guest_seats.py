"""Guest seats: a team's invitations, and what a social worker reads through them."""

from datetime import date, datetime
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.assessments import CareActView
from services.caseload.api.callers import ByGuest
from services.caseload.domain.guest_seat import NewGuestSeat
from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["guest seats"])


class GuestSeatShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    guest: str
    purpose: str
    fields: list[str]
    invited_by: UUID | None
    from_at: datetime
    until_at: datetime
    withdrawn_at: datetime | None


class SharedLine(Answer):
    id: UUID
    intervention: str | None
    words: str


class SharedClient(Answer):
    """A client as far as they share it with this guest: what is not shared is not there."""

    client_id: UUID
    until_at: datetime
    fields: list[str] = []
    given_name: str | None = None
    family_name: str | None = None
    birth_on: date | None = None
    address_line: str | None = None
    postcode: str | None = None
    phone: str | None = None
    care_act_view: CareActView | None = None
    social_care_lines: list[SharedLine] = []


class SharedClients(Answer):
    """All of them: a guest has few."""

    items: list[SharedClient]


@router.post("/guest-seats", status_code=201, response_model=GuestSeatShape)
async def invite_guest(tx: ByNurse, body: NewGuestSeat, response: Response) -> object:
    """Let a social worker read what a client shares, for the days that the rule `guest_seat.days` gives."""
    return tagged(await usecases.invite_guest(tx, body), response)


@router.get("/guest-seats", response_model=Page[GuestSeatShape])
async def list_guest_seats(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """The seats that the caller's teams gave, open and ended."""
    return await usecases.list_guest_seats(tx, page, client_id=client_id)


@router.get("/guest-seats/{guest_seat_id}", response_model=GuestSeatShape)
async def read_guest_seat(tx: ByNurse, guest_seat_id: UUID, response: Response) -> object:
    """One seat."""
    return tagged(await usecases.read_guest_seat(tx, guest_seat_id), response)


@router.post("/guest-seats/{guest_seat_id}/withdraw", response_model=GuestSeatShape)
async def withdraw_guest_seat(tx: ByNurse, guest_seat_id: UUID, version: IfMatch, response: Response) -> object:
    """End a seat at once."""
    return tagged(await usecases.withdraw_guest_seat(tx, guest_seat_id, version), response)


@router.get("/shared-clients", response_model=SharedClients, response_model_exclude_unset=True)
async def list_shared_clients(tx: ByGuest) -> object:
    """The clients that the social worker has an open seat for."""
    return {"items": await usecases.list_shared_clients(tx)}


@router.get("/shared-clients/{client_id}", response_model=SharedClient, response_model_exclude_unset=True)
async def read_shared_client(tx: ByGuest, client_id: UUID) -> object:
    """What one client shares: the person, the Care Act's side of the latest assessment, the social care agreed."""
    return await usecases.read_shared_client(tx, client_id)
