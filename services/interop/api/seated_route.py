"""Routes for a social worker with a seat: whom they have one for is asked of caseload, in their own name."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.common.http import TransactionRoute
from services.interop import clients
from services.interop.domain.seat import Seat


class SeatedRoute(TransactionRoute):
    """Asked before the transaction begins, each time: a seat may be withdrawn at any moment."""

    async def ask_around(self, request: Request) -> None:
        token = request.headers["authorization"].partition(" ")[2].strip()
        ask = clients.whole_seats if request.method == "GET" else clients.seats
        request.state.seats = await ask(request.app.state.peers, token)


def seated_router(*, tags: list[str]) -> APIRouter:
    return APIRouter(prefix="/v1", tags=list(tags), route_class=SeatedRoute)


async def seats_of(request: Request) -> Mapping[UUID, Seat]:
    found: Mapping[UUID, Seat] = request.state.seats
    return found


Seated = Annotated[Mapping[UUID, Seat], Depends(seats_of)]
