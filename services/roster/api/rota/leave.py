"""Leave, and when people can work."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag, tagged
from services.common.paging import Asked, Page
from services.roster.api.rota.people_shapes import AvailabilityShape, LeaveShape, LeaveWithShiftsShape
from services.roster.domain.availability import EndOfAvailability, NewAvailability
from services.roster.domain.leave import LeaveAnswer, NewLeave
from services.roster.usecases import leave

router = api_router(tags=["leave"])


def _with_shifts(found: Any, response: Response) -> object:
    etag(response, found.leave)
    return found


@router.post("/leave", status_code=201, response_model=LeaveWithShiftsShape)
async def ask_leave(tx: ByNurse, body: NewLeave, response: Response) -> object:
    """Ask for days off, or tell that somebody is ill; the shifts of those days are named."""
    return _with_shifts(await leave.ask_leave(tx, body), response)


@router.get("/leave", response_model=Page[LeaveShape])
async def list_leave(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The leave of the caller's teams."""
    return await leave.list_leave(tx, page, team_id=team_id)


@router.get("/leave/{leave_id}", response_model=LeaveWithShiftsShape)
async def read_leave(tx: ByNurse, leave_id: UUID, response: Response) -> object:
    """One leave, with the shifts that are planned on its days."""
    return _with_shifts(await leave.read_leave(tx, leave_id), response)


@router.post("/leave/{leave_id}/answer", response_model=LeaveWithShiftsShape)
async def answer_leave(tx: ByNurse, leave_id: UUID, body: LeaveAnswer, version: IfMatch, response: Response) -> object:
    """A colleague's yes or no; nobody answers their own."""
    return _with_shifts(await leave.answer_leave(tx, leave_id, body, version), response)


@router.post("/leave/{leave_id}/withdraw", response_model=LeaveWithShiftsShape)
async def withdraw_leave(tx: ByNurse, leave_id: UUID, version: IfMatch, response: Response) -> object:
    """Whose leave it is, or who told of it, takes it back."""
    return _with_shifts(await leave.withdraw_leave(tx, leave_id, version), response)


@router.post("/availability", status_code=201, response_model=AvailabilityShape)
async def say_availability(tx: ByNurse, body: NewAvailability, response: Response) -> object:
    """Say for oneself what one can, would rather or cannot work."""
    return tagged(await leave.say_availability(tx, body), response)


@router.get("/availability", response_model=Page[AvailabilityShape])
async def list_availability(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """What the members of the caller's teams say."""
    return await leave.list_availability(tx, page, team_id=team_id)


@router.post("/availability/{availability_id}/end", response_model=AvailabilityShape)
async def end_availability(
    tx: ByNurse, availability_id: UUID, body: EndOfAvailability, version: IfMatch, response: Response
) -> object:
    """The last day on which it is meant."""
    return tagged(await leave.end_availability(tx, availability_id, body, version), response)


@router.post("/availability/{availability_id}/agree", response_model=AvailabilityShape)
async def agree_availability(tx: ByNurse, availability_id: UUID, version: IfMatch, response: Response) -> object:
    """A colleague records that the team agreed to it; no proposal breaks it from then on."""
    return tagged(await leave.agree_availability(tx, availability_id, version), response)
