"""Routes for a social worker with a seat: whom they have one for is asked of caseload, in their own name."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, ValidationError

from services.common.auth import Principal
from services.common.http import TransactionRoute
from services.common.paging import DEFAULT_LIMIT, MAX_LIMIT
from services.interop import clients, usecases
from services.interop.domain.change_cursor import place_of
from services.interop.domain.seat import Seat
from services.interop.domain.submission import SubmissionState


class Wanted(BaseModel):
    """Which changes are to be shown: one, or a page of them."""

    submission_id: UUID | None = None
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    state: SubmissionState | None = None


class SeatedRoute(TransactionRoute):
    """Asked before the transaction begins, each time: a seat may be withdrawn at any moment.

    Where something is to be shown it is found first, and of those clients alone the assessments are read.
    """

    async def ask_around(self, request: Request, actor: Principal) -> None:
        named = request.app.state.peers.in_name_of(request.headers["authorization"].partition(" ")[2].strip())
        seats = await clients.seats(named)
        request.state.seats, request.state.places = seats, ()
        if request.method == "GET":
            await self._find(request, actor, seats)
            shown = {client_id for _, _, client_id in request.state.places}
            request.state.seats = await clients.whole_seats(named, shown)

    async def _find(self, request: Request, actor: Principal, seats: Mapping[UUID, Seat]) -> None:
        """What is asked for, among what these clients share. What cannot be asked so is refused by the route itself."""
        since = place_of(request.query_params.get("since"))
        try:
            wanted = Wanted.model_validate({**request.query_params, **request.path_params})
        except ValidationError:
            return
        async with request.app.state.database.transaction(actor) as tx:
            if wanted.submission_id is not None:
                found = await usecases.find_care_plan_change(tx, seats, wanted.submission_id)
            else:
                found = await usecases.find_care_plan_changes(tx, seats, since, wanted.limit, wanted.state)
        request.state.places = found


def seated_router(*, tags: list[str]) -> APIRouter:
    return APIRouter(prefix="/v1", tags=list(tags), route_class=SeatedRoute)


async def seats_of(request: Request) -> Mapping[UUID, Seat]:
    found: Mapping[UUID, Seat] = request.state.seats
    return found


async def places_of(request: Request) -> Sequence[usecases.Place]:
    found: Sequence[usecases.Place] = request.state.places
    return found


Seated = Annotated[Mapping[UUID, Seat], Depends(seats_of)]
Places = Annotated[Sequence[usecases.Place], Depends(places_of)]
