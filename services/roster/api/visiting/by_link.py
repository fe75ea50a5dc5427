"""What a client without a login does with a link: the gateway leads here without a token."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from services.common.auth import Principal
from services.common.db import Transaction
from services.common.http import ToldOnceRoute, transaction_of
from services.common.types import Answer
from services.roster.domain.move_wish import NewMoveWish, Secret
from services.roster.usecases import visiting

OVER: dict[int | str, dict[str, Any]] = {int(HTTPStatus.GONE): {}}


class OpenRoute(ToldOnceRoute):
    """One transaction, as everywhere, for whoever comes. Nobody is believed by a token here."""

    async def actor(self, request: Request) -> Principal:
        return visiting.SOMEBODY


router = APIRouter(prefix="/open", tags=["by link"], route_class=OpenRoute, responses=OVER)
Open = Annotated[Transaction, Depends(transaction_of)]
Link = Annotated[Secret, Path(description="The link that was handed out. It names nobody.")]


class VisitByLink(Answer):
    """When somebody comes, and what became of the last wish. It names nobody, neither client nor nurse."""

    starts_at: datetime
    ends_at: datetime
    channel: str
    is_confirmed: bool
    wish: str | None
    wish_state: str | None


class WishByLink(Answer):
    wish: str
    state: str


@router.post("/visits/{link}/look", response_model=VisitByLink)
async def look_at_visit(tx: Open, link: Link) -> object:
    """When somebody comes, until they do."""
    visit, wish = await visiting.look_at_visit(tx, link)
    return {
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "channel": visit.channel,
        "is_confirmed": visit.confirmed_at is not None,
        "wish": wish and wish.wish,
        "wish_state": wish and wish.state,
    }


@router.post("/visits/{link}/ask-to-move", status_code=201, response_model=WishByLink)
async def ask_to_move(tx: Open, link: Link, body: NewMoveWish) -> object:
    """Ask for another time. Nothing moves by itself: a nurse answers."""
    return await visiting.ask_to_move(tx, link, body)
