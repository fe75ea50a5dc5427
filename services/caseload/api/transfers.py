"""Caseload transfers: a list that comes in pieces, is matched and reviewed, and is taken over client by client."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.api.shapes import EpisodeShape, KnownPerson, PersonShape
from services.caseload.domain.referral import Acceptance
from services.caseload.domain.transfer import (
    Abandoning,
    CountCorrected,
    HandedOver,
    LeavingOut,
    NewTransfer,
    Piece,
)
from services.caseload.usecases import getting_in
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["caseload transfers"])


class TransferShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    from_service: str
    status: str
    started_by: UUID | None
    started_at: datetime
    closed_at: datetime | None
    expected: int
    corrected_because: str | None
    abandoned_because: str | None


class CountedTransfer(TransferShape):
    """None is lost where those listed are as many as expected, and none waits."""

    listed: int
    waiting: int
    taken_over: int
    left_out: int


class TransferredClientShape(PersonShape):
    id: UUID
    team_id: UUID
    version: int
    caseload_transfer_id: UUID
    reason: str
    need: str | None
    status: str
    left_out_reason: str | None
    client_id: UUID | None
    decided_by: UUID | None


class MatchedClient(Answer):
    """One of the list; as long as it waits, beside the person whom the team knows."""

    transferred_client: TransferredClientShape
    match: str | None
    known: KnownPerson | None


def _counted(found: getting_in.Counted, response: Response | None = None) -> dict[str, Any]:
    transfer, counts = found
    if response is not None:
        etag(response, transfer)
    told = {state.value: counts.get(state, 0) for state in HandedOver}
    return {**TransferShape.model_validate(transfer).model_dump(), "listed": sum(counts.values()), **told}


def _matched(found: getting_in.Listed) -> dict[str, Any]:
    waits = found.person.status == HandedOver.WAITING
    beside = {"match": found.match, "known": found.known} if waits else {"match": None, "known": None}
    return {"transferred_client": found.person, **beside}


@router.post("/caseload-transfers", status_code=201, response_model=CountedTransfer)
async def begin_transfer(tx: ByNurse, body: NewTransfer, response: Response) -> object:
    """Another service hands its clients over; say how many, so that none is lost."""
    return _counted(await getting_in.begin_transfer(tx, body), response)


@router.get("/caseload-transfers", response_model=Page[CountedTransfer])
async def list_transfers(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The transfers to the caller's teams, with what became of their clients."""
    found = await getting_in.list_transfers(tx, page, team_id=team_id)
    return {**found, "items": [_counted(one) for one in found["items"]]}


@router.get("/caseload-transfers/{caseload_transfer_id}", response_model=CountedTransfer)
async def read_transfer(tx: ByNurse, caseload_transfer_id: UUID, response: Response) -> object:
    """One transfer, and how far it has come."""
    return _counted(await getting_in.read_transfer(tx, caseload_transfer_id), response)


@router.post("/caseload-transfers/{caseload_transfer_id}/clients", response_model=CountedTransfer)
async def list_clients_to_transfer(tx: ByNurse, caseload_transfer_id: UUID, body: Piece, response: Response) -> object:
    """A piece of the list; sent again it adds nobody twice."""
    return _counted(await getting_in.list_clients_to_transfer(tx, caseload_transfer_id, body), response)


@router.get("/caseload-transfers/{caseload_transfer_id}/clients", response_model=Page[MatchedClient])
async def review_transfer(
    tx: ByNurse, caseload_transfer_id: UUID, page: Asked, status: HandedOver | None = None
) -> object:
    """Everybody on the list, each beside whom the team knows."""
    found = await getting_in.review_transfer(tx, caseload_transfer_id, page, status=status)
    return {**found, "items": [_matched(one) for one in found["items"]]}


@router.post("/caseload-transfers/{caseload_transfer_id}/close", response_model=CountedTransfer)
async def close_transfer(tx: ByNurse, caseload_transfer_id: UUID, version: IfMatch, response: Response) -> object:
    """All that were expected came, and each was taken over or left out."""
    return _counted(await getting_in.close_transfer(tx, caseload_transfer_id, version), response)


@router.post("/caseload-transfers/{caseload_transfer_id}/correct-count", response_model=CountedTransfer)
async def correct_count(
    tx: ByNurse, caseload_transfer_id: UUID, body: CountCorrected, version: IfMatch, response: Response
) -> object:
    """It was counted again with the other service: the right number, and why."""
    return _counted(await getting_in.correct_count(tx, caseload_transfer_id, body, version), response)


@router.post("/caseload-transfers/{caseload_transfer_id}/abandon", response_model=CountedTransfer)
async def abandon_transfer(
    tx: ByNurse, caseload_transfer_id: UUID, body: Abandoning, version: IfMatch, response: Response
) -> object:
    """Nobody more is taken over: whoever waits is left out, and why is kept."""
    return _counted(await getting_in.abandon_transfer(tx, caseload_transfer_id, body, version), response)


@router.get("/transferred-clients/{transferred_client_id}", response_model=MatchedClient)
async def read_transferred_client(tx: ByNurse, transferred_client_id: UUID, response: Response) -> object:
    """One of the list, beside whom the team knows."""
    found = await getting_in.read_transferred_client(tx, transferred_client_id)
    etag(response, found.person)
    return _matched(found)


@router.post("/transferred-clients/{transferred_client_id}/take-over", status_code=201, response_model=EpisodeShape)
async def take_client_over(tx: ByNurse, transferred_client_id: UUID, body: Acceptance, version: IfMatch) -> object:
    """Take one of the list on, with a named nurse and a deputy."""
    return await getting_in.take_client_over(tx, transferred_client_id, body, version)


@router.post("/transferred-clients/{transferred_client_id}/leave-out", response_model=MatchedClient)
async def leave_client_out(
    tx: ByNurse, transferred_client_id: UUID, body: LeavingOut, version: IfMatch, response: Response
) -> object:
    """Do not take one of the list over, and say why."""
    found = await getting_in.leave_client_out(tx, transferred_client_id, body, version)
    etag(response, found.person)
    return _matched(found)
