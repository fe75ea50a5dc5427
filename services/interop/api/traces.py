"""Traces: PDS is asked about one person of the team's; no number and no name is in an address."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.common.auth import Principal
from services.common.http import ByNurse, IfMatch, TransactionRoute, api_router, etag, tagged
from services.common.types import Answer
from services.interop import usecases
from services.interop.api.callers import ByNurseOrService
from services.interop.domain.trace import NewTrace

router = api_router(tags=["traces"])


class TraceShape(Answer):
    """`outcome` is verified, found, superseded, no_match, many_matches or another_person; it `waits` until a nurse
    confirms that the number is the person's. `nhs_number_status` is NHS NUMBER STATUS INDICATOR CODE: 01 or 04."""

    id: UUID
    version: int
    team_id: UUID
    referral_id: UUID | None
    client_id: UUID | None
    outcome: str
    waits: bool
    way_out: str
    nhs_number: str | None
    nhs_number_status: str
    differs: list[str]
    is_restricted: bool
    has_died: bool
    asked_by: UUID | None
    asked_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None


class DifferenceShape(Answer):
    field: str
    held: str | None
    found: str | None


class TracedShape(Answer):
    """What PDS says beside what the team holds. Nothing of it is kept but the number and which fields differ; of a
    restricted person it says nothing of address, telephone or practice, and what is held stays."""

    trace: TraceShape
    gp_ods_code: str | None
    differences: list[DifferenceShape]


class TracingRoute(TransactionRoute):
    """Who the person is, and what PDS says of them, is asked before the transaction begins."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        try:
            new = NewTrace.model_validate(await request.json())
        except (ValidationError, ValueError):
            return
        state = request.app.state
        named = state.peers.in_name_of(request.headers["authorization"].partition(" ")[2].strip())
        request.state.traced = await usecases.ask_pds(state.database, actor, named, state.pds, new)


door = APIRouter(prefix="/v1", tags=["traces"], route_class=TracingRoute)


@door.post("/traces", status_code=201, response_model=TracedShape)
async def trace(tx: ByNurse, body: NewTrace, request: Request, response: Response) -> object:
    """Ask PDS whose number it is, or which number the person has: by the number, or else by name and date of birth."""
    found = await usecases.keep_trace(tx, body, request.state.traced)
    etag(response, found["trace"])
    return found


@router.get("/traces/{trace_id}", response_model=TraceShape)
async def read_trace(tx: ByNurseOrService, trace_id: UUID, response: Response) -> object:
    """What a trace came to."""
    return tagged(await usecases.read_trace(tx, trace_id), response)


@router.post("/traces/{trace_id}/confirm", response_model=TraceShape)
async def confirm_trace(tx: ByNurse, trace_id: UUID, version: IfMatch, response: Response) -> object:
    """The number is the person's: it goes into the team's record, in the place of another that it superseded."""
    return tagged(await usecases.confirm_trace(tx, trace_id, version), response)
