"""Swaps: two members exchange shifts, and the product says to both what that would change."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.roster.api.swapping.shapes import SwapShape
from services.roster.domain.swap import Acceptance, Application, NewSwap, SwapState
from services.roster.usecases import swapping

router = api_router(tags=["swaps"])


@router.post("/swaps", status_code=201, response_model=SwapShape)
async def offer_swap(tx: ByNurse, body: NewSwap, response: Response) -> object:
    """Offer shifts of one's own for a colleague's or for none, to that colleague or to whoever accepts."""
    return tagged(await swapping.offer_swap(tx, body), response)


@router.get("/swaps", response_model=Page[SwapShape])
async def list_swaps(tx: ByNurse, page: Asked, team_id: UUID | None = None, state: SwapState | None = None) -> Any:
    """The swaps of the caller's teams, the newest first. One has expired when its `until_at` is over."""
    return await swapping.list_swaps(tx, page, team_id=team_id, state=state)


@router.get("/swaps/{swap_id}", response_model=SwapShape)
async def read_swap(tx: ByNurse, swap_id: UUID, response: Response) -> object:
    """One swap, with what its check found."""
    return tagged(await swapping.read_swap(tx, swap_id), response)


@router.post("/swaps/{swap_id}/accept", response_model=SwapShape)
async def accept_swap(tx: ByNurse, swap_id: UUID, body: Acceptance, version: IfMatch, response: Response) -> object:
    """Take it. Of a swap that is offered to all, name the shifts that are given for it."""
    return tagged(await swapping.accept_swap(tx, swap_id, body, version), response)


@router.post("/swaps/{swap_id}/check", response_model=SwapShape)
async def check_swap(tx: ByNurse, swap_id: UUID, version: IfMatch, response: Response) -> object:
    """What it would change for both: rules, skills that rest on one person, and visits to hand over."""
    return tagged(await swapping.check_swap(tx, swap_id, version), response)


@router.post("/swaps/{swap_id}/cosign", response_model=SwapShape)
async def cosign_swap(tx: ByNurse, swap_id: UUID, version: IfMatch, response: Response) -> object:
    """A third member countersigns, where the team agreed so."""
    return tagged(await swapping.cosign_swap(tx, swap_id, version), response)


@router.post("/swaps/{swap_id}/apply", response_model=SwapShape)
async def apply_swap(tx: ByNurse, swap_id: UUID, body: Application, version: IfMatch, response: Response) -> object:
    """Put it into effect, all shifts at once; where it breaks a rule, with the ground."""
    return tagged(await swapping.apply_swap(tx, swap_id, body, version), response)


@router.post("/swaps/{swap_id}/decline", response_model=SwapShape)
async def decline_swap(tx: ByNurse, swap_id: UUID, version: IfMatch, response: Response) -> object:
    """Whom it is offered to says no."""
    return tagged(await swapping.decline_swap(tx, swap_id, version), response)


@router.post("/swaps/{swap_id}/withdraw", response_model=SwapShape)
async def withdraw_swap(tx: ByNurse, swap_id: UUID, version: IfMatch, response: Response) -> object:
    """Who offered it takes it back."""
    return tagged(await swapping.withdraw_swap(tx, swap_id, version), response)
