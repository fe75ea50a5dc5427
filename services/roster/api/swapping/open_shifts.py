"""Open shifts: a hole in the rota is offered to those who can fill it."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.roster.api.swapping.shapes import OpenShiftShape, WholeOpenShiftShape
from services.roster.domain.open_shift import NewOpenShift, OfferReply, OpenShiftState
from services.roster.usecases import swapping
from services.roster.usecases.swapping import WholeOpenShift

router = api_router(tags=["open shifts"])


def _tagged(whole: WholeOpenShift, response: Response) -> object:
    etag(response, whole.open_shift)
    return whole


@router.post("/open-shifts", status_code=201, response_model=WholeOpenShiftShape)
async def offer_open_shift(tx: ByNurse, body: NewOpenShift, response: Response) -> object:
    """Offer a shift to all who have the skills, the rest and the time for it, those first who lack hours most."""
    return _tagged(await swapping.offer_open_shift(tx, body), response)


@router.get("/open-shifts", response_model=Page[OpenShiftShape])
async def list_open_shifts(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, state: OpenShiftState | None = None
) -> Any:
    """The open shifts of the caller's teams, the newest first."""
    return await swapping.list_open_shifts(tx, page, team_id=team_id, state=state)


@router.get("/open-shifts/{open_shift_id}", response_model=WholeOpenShiftShape)
async def read_open_shift(tx: ByNurse, open_shift_id: UUID, response: Response) -> object:
    """One open shift, with everybody it is offered to."""
    return _tagged(await swapping.read_open_shift(tx, open_shift_id), response)


@router.post("/open-shifts/{open_shift_id}/answer", response_model=WholeOpenShiftShape)
async def answer_open_shift(
    tx: ByNurse, open_shift_id: UUID, body: OfferReply, version: IfMatch, response: Response
) -> object:
    """One's own yes or no. It goes to the first in rank who says yes within the term, and not to the fastest."""
    return _tagged(await swapping.answer_open_shift(tx, open_shift_id, body, version), response)


@router.post("/open-shifts/{open_shift_id}/settle", response_model=WholeOpenShiftShape)
async def settle_open_shift(tx: ByNurse, open_shift_id: UUID, version: IfMatch, response: Response) -> object:
    """When the term is over: it goes to the first in rank of those who said yes."""
    return _tagged(await swapping.settle_open_shift(tx, open_shift_id, version), response)


@router.post("/open-shifts/{open_shift_id}/withdraw", response_model=WholeOpenShiftShape)
async def withdraw_open_shift(tx: ByNurse, open_shift_id: UUID, version: IfMatch, response: Response) -> object:
    """Nobody is needed any more."""
    return _tagged(await swapping.withdraw_open_shift(tx, open_shift_id, version), response)
