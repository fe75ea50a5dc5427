"""Connections to councils with their health, what clients share, and what is on its way."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.common.http import ByNurse, IfMatch, IfMatchOrNew, api_router, etag
from services.common.paging import Asked, Page
from services.interop import usecases
from services.interop.api.callers import ByOperatorOrNurse, ByOps
from services.interop.api.shapes import ConnectionShape, DeliveryShape, ShareShape
from services.interop.domain.connection import NewConnection
from services.interop.domain.delivery import DeliveryStatus
from services.interop.domain.share import NewShare

router = api_router(tags=["council"])


@router.put("/connections/{connection_id}", response_model=ConnectionShape)
async def register_connection(
    tx: ByOps, connection_id: UUID, body: NewConnection, version: IfMatchOrNew, request: Request, response: Response
) -> object:
    """Register a partner's system, change it, or open it again; the same for one that is open changes nothing."""
    inside = request.app.state.settings.partner_hosts_inside
    connection = await usecases.register_connection(tx, connection_id, body, inside, version)
    etag(response, connection)
    return connection


@router.get("/connections/{connection_id}", response_model=ConnectionShape)
async def read_connection(tx: ByOperatorOrNurse, connection_id: UUID, response: Response) -> object:
    """One connection with its health."""
    connection = await usecases.read_connection(tx, connection_id)
    etag(response, connection)
    return connection


@router.get("/connections", response_model=Page[ConnectionShape])
async def list_connections(tx: ByOperatorOrNurse, page: Asked) -> object:
    """The connections, each with its health, so that a broken one is seen before the team sees it."""
    return await usecases.list_connections(tx, page)


@router.post("/shares", status_code=201, response_model=ShareShape)
async def agree_share(tx: ByNurse, body: NewShare) -> object:
    """Keep what a client agrees to share, with whom, why and until when. What happened before is not sent."""
    return await usecases.agree_share(tx, body)


@router.get("/shares", response_model=Page[ShareShape])
async def list_shares(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """What the clients of the caller's teams share."""
    return await usecases.list_shares(tx, page, client_id=client_id)


@router.get("/shares/{share_id}", response_model=ShareShape)
async def read_share(tx: ByNurse, share_id: UUID, response: Response) -> object:
    """One agreement to share."""
    share = await usecases.read_share(tx, share_id)
    etag(response, share)
    return share


@router.post("/shares/{share_id}/withdraw", response_model=ShareShape)
async def withdraw_share(tx: ByNurse, share_id: UUID, version: IfMatch) -> object:
    """The client no longer agrees. Nothing more is sent."""
    return await usecases.withdraw_share(tx, share_id, version)


@router.get("/deliveries", response_model=Page[DeliveryShape])
async def list_deliveries(
    tx: ByOps,
    page: Asked,
    connection_id: UUID | None = None,
    status: Annotated[DeliveryStatus | None, Query()] = None,
) -> object:
    """What was sent, what waits and what could not be delivered."""
    return await usecases.list_deliveries(tx, page, connection_id=connection_id, status=status)
