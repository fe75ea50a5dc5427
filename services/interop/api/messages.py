"""The door for partners' messages, and what the sister services may ask about them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Principal
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.outcome import CORRELATION_ID, echoed, one_uuid
from services.common.paging import Asked, Page
from services.common.scopes import is_granted, require_scope
from services.interop import usecases
from services.interop.api.callers import ByIntegrator, ByIntegratorOrOps, ByOps, ByService
from services.interop.api.fhir_format import declared
from services.interop.api.fhir_route import PREFIX, FhirRoute, fhir, fhir_router
from services.interop.api.shapes import (
    BarsResponseShape,
    InboundMessageShape,
    InboundReferralShape,
    ServiceEndpointShape,
)
from services.interop.domain.bars_exchange import ResponseStatus
from services.interop.domain.inbound import Arrival, MessageOutcome, NewServiceEndpoint

REQUEST_ID = "X-Request-Id"
SENDS = "system/ServiceRequest.c"


class MessageRoute(FhirRoute):
    """How the team's record stands by now is asked for before the transaction begins."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        request.state.heard = None
        if is_granted(actor, SENDS):
            state, arrival = request.app.state, await _arrival(request)
            request.state.heard = await usecases.ask_how_it_stands(state.database, state.peers, actor, arrival)


fhir_door = fhir_router(tags=["messages"])
message_door = APIRouter(prefix=PREFIX, tags=["messages"], route_class=MessageRoute)
router = api_router(tags=["messages"])


async def _arrival(request: Request) -> Arrival:
    return Arrival(
        raw=await request.body(),
        media_type=declared(request),
        request_id=one_uuid(request, REQUEST_ID),
        correlation_id=one_uuid(request, CORRELATION_ID),
    )


@message_door.post("/$process-message", response_class=Response)
async def process_message(tx: ByIntegrator, request: Request) -> Response:
    """Send a BaRS message. The answer is a response message with the referral reference, or an OperationOutcome."""
    require_scope(tx.actor, SENDS)
    status, answer = await usecases.take_message(tx, await _arrival(request), request.state.heard)
    return fhir(answer, status, echoed(request))


@fhir_door.get("/MessageDefinition", response_class=Response)
async def list_message_definitions(tx: ByIntegrator, request: Request) -> Response:
    """What a BaRS message to a service has to hold: ask with its id and the use case as two `context`s."""
    found = await usecases.find_message_definitions(tx, request.query_params.getlist("context"))
    return fhir(found, headers=echoed(request))


@router.get("/bars-responses", response_model=Page[BarsResponseShape])
async def list_bars_responses(
    tx: ByOps, page: Asked, status: Annotated[ResponseStatus | None, Query()] = None
) -> object:
    """What senders by BaRS are told of their referrals: on its way, arrived, refused or given up."""
    return await usecases.list_bars_responses(tx, page, status)


@router.get("/bars-responses/{response_id}", response_model=BarsResponseShape)
async def read_bars_response(tx: ByOps, response_id: UUID, response: Response) -> object:
    """One response, with its version."""
    found = await usecases.read_bars_response(tx, response_id)
    etag(response, found)
    return found


@router.post("/bars-responses/{response_id}/send-again", response_model=BarsResponseShape)
async def send_response_again(tx: ByOps, response_id: UUID, version: IfMatch) -> object:
    """Send what was refused or given up, once the other side has mended what was wrong."""
    return await usecases.send_response_again(tx, response_id, version)


@router.get("/inbound-messages", response_model=Page[InboundMessageShape])
async def list_inbound_messages(
    tx: ByOps, page: Asked, outcome: Annotated[MessageOutcome | None, Query()] = None
) -> object:
    """What partners sent: accepted, refused, or received and no more, which is what we failed over."""
    return await usecases.list_inbound_messages(tx, page, outcome)


@router.post("/inbound-messages/{inbound_message_id}/replay", response_model=InboundMessageShape)
async def try_message_again(tx: ByOps, inbound_message_id: UUID) -> object:
    """Take a BaRS message that we failed over as it came, now that the fault has been mended."""
    return await usecases.try_message_again(tx, inbound_message_id)


@router.post("/service-endpoints", status_code=201, response_model=ServiceEndpointShape)
async def register_service_endpoint(tx: ByOps, body: NewServiceEndpoint) -> object:
    """Say which team a service in the Directory of Services is."""
    return await usecases.register_service_endpoint(tx, body)


@router.get("/service-endpoints", response_model=Page[ServiceEndpointShape])
async def list_service_endpoints(tx: ByIntegratorOrOps, page: Asked) -> object:
    """The services that partners can refer to."""
    return await usecases.list_service_endpoints(tx, page)


@router.get("/inbound-referrals/{inbound_referral_id}", response_model=InboundReferralShape)
async def read_inbound_referral(tx: ByService, inbound_referral_id: UUID) -> object:
    """A referral as it was understood from a partner's message."""
    return await usecases.read_inbound_referral(tx, inbound_referral_id)


@router.get("/inbound-referrals/{inbound_referral_id}/message", response_class=Response)
async def read_inbound_message(tx: ByNurse, inbound_referral_id: UUID) -> Response:
    """The whole message, as the partner sent it, for the nurses of the team that it was sent to."""
    raw, kind = await usecases.read_inbound_message(tx, inbound_referral_id)
    return Response(raw, media_type=kind)
