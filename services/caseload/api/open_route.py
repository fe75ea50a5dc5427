"""Routes at which nobody is signed in: a link in the address and a secret in the body are all the right there is."""

from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Path, Request, Response

from services.caseload import usecases
from services.caseload.domain.one_time_link import Secret, WrongCode
from services.common.auth import Principal
from services.common.db import Transaction
from services.common.errors import refused
from services.common.http import TransactionRoute
from services.common.idempotency import Handle

# What is answered here is kept by nobody on the way.
NOT_KEPT = {"Cache-Control": "no-store"}
OVER: dict[int | str, dict[str, Any]] = {int(HTTPStatus.GONE): {}}


class Secretive(TransactionRoute):
    """What it answers is told once and kept nowhere, not even to be told again: make a new link where it was lost."""

    honours_idempotency_key: ClassVar[bool] = False


class OpenRoute(Secretive):
    """One transaction, as everywhere, for whoever comes. Nobody is believed by a token here."""

    async def actor(self, request: Request) -> Principal:
        return usecases.SOMEBODY

    async def handled(self, request: Request, handle: Handle) -> Response:
        """A wrong code is answered and not raised, so that the attempt is kept."""
        try:
            return await handle(request)
        except WrongCode as error:
            return refused(request, error)


def open_router(*, tags: list[str]) -> APIRouter:
    """A router whose routes the gateway leads to without a token."""
    return APIRouter(prefix="/open", tags=list(tags), route_class=OpenRoute, responses=OVER)


def secretive_router(*, tags: list[str]) -> APIRouter:
    """A router whose answers hold a secret."""
    return APIRouter(prefix="/v1", tags=list(tags), route_class=Secretive)


async def _transaction(request: Request) -> Transaction:
    transaction: Transaction = request.state.transaction
    return transaction


Open = Annotated[Transaction, Depends(_transaction)]
Link = Annotated[Secret, Path(description="The link that was handed out. It names nobody.")]
