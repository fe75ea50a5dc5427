"""Routes for a social worker with a seat: whom they have one for is asked of caseload, in their own name."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.common.auth import Principal
from services.common.http import TransactionRoute
from services.interop import clients, usecases
from services.interop.domain.change_cursor import place_of
from services.interop.domain.seat import Seat


class SeatedRoute(TransactionRoute):
    """Asked before the transaction begins, each time: a seat may be withdrawn at any moment.

    Where something is to be shown, the assessments are read of those alone of whom there is something to show.
    """

    async def ask_around(self, request: Request, actor: Principal) -> None:
        token, peers = request.headers["authorization"].partition(" ")[2].strip(), request.app.state.peers
        seats = await clients.seats(peers, token)
        if request.method == "GET":
            since = place_of(request.query_params.get("since"))
            async with request.app.state.database.transaction(actor) as tx:
                shown = await usecases.whose_plans_changed(tx, seats, since)
            seats = await clients.whole_seats(peers, token, shown)
        request.state.seats = seats


def seated_router(*, tags: list[str]) -> APIRouter:
    return APIRouter(prefix="/v1", tags=list(tags), route_class=SeatedRoute)


async def seats_of(request: Request) -> Mapping[UUID, Seat]:
    found: Mapping[UUID, Seat] = request.state.seats
    return found


Seated = Annotated[Mapping[UUID, Seat], Depends(seats_of)]
