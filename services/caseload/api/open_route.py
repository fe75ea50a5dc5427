"""Routes at which nobody is signed in: a link in the address and a secret in the body are all the right there is."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from services.caseload import usecases
from services.caseload.domain.one_time_link import Secret, WrongCode
from services.common.auth import Principal
from services.common.db import Transaction
from services.common.errors import refused
from services.common.http import ToldOnceRoute, transaction_of
from services.common.idempotency import Handle

OVER: dict[int | str, dict[str, Any]] = {int(HTTPStatus.GONE): {}}


class OpenRoute(ToldOnceRoute):
    """One transaction, as everywhere, for whoever comes. Nobody is believed by a token here."""

    async def actor(self, request: Request) -> Principal:
        return usecases.SOMEBODY

    async def handled(self, request: Request, handle: Handle) -> Response:
        """A wrong code is answered and not raised, so that the attempt is kept."""
        try:
            return await super().handled(request, handle)
        except WrongCode as error:
            return refused(request, error)


class OpenPage(OpenRoute):
    """The same page for everybody; that somebody looked at it is not put on record."""

    is_put_on_record = False


def open_router(*, tags: list[str]) -> APIRouter:
    """A router whose routes the gateway leads to without a token."""
    return APIRouter(prefix="/open", tags=list(tags), route_class=OpenRoute, responses=OVER)


Open = Annotated[Transaction, Depends(transaction_of)]
Link = Annotated[Secret, Path(description="The link that was handed out. It names nobody.")]
