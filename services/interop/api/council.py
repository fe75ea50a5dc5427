"""Connections to councils with their health, what clients share, and what is on its way."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.common.http import ByNurse, IfMatch, IfMatchOrNew, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.interop import usecases
from services.interop.api.callers import ByOperatorOrNurse, ByOps
from services.interop.api.shapes import ConnectionShape, CouncilFileShape, DeliveryShape, SentShape, ShareShape
from services.interop.domain.connection import NewConnection
from services.interop.domain.council_file import CouncilFileState
from services.interop.domain.delivery import DeliveryStatus
from services.interop.domain.share import NewShare

router = api_router(tags=["council"])


@router.put("/connections/{connection_id}", response_model=ConnectionShape)
async def register_connection(
    tx: ByOps, connection_id: UUID, body: NewConnection, version: IfMatchOrNew, request: Request, response: Response
) -> object:
    """Register a partner's system, change it, or open it again; the same for one that is open changes nothing."""
    settings = request.app.state.settings
    connection = await usecases.register_connection(tx, connection_id, body, settings, version)
    etag(response, connection)
    (found,) = await usecases.look_at_health(tx, [connection])
    return _shown(found)


@router.get("/connections/{connection_id}", response_model=ConnectionShape)
async def read_connection(tx: ByOperatorOrNurse, connection_id: UUID, response: Response) -> object:
    """One connection with its health."""
    found = await usecases.read_connection(tx, connection_id)
    etag(response, found.connection)
    return _shown(found)


@router.get("/connections", response_model=Page[ConnectionShape])
async def list_connections(tx: ByOperatorOrNurse, page: Asked) -> object:
    """The connections, each with its health, so that a broken one is seen before the team sees it."""
    listed = await usecases.list_connections(tx, page)
    return listed | {"items": [_shown(one) for one in listed["items"]]}


def _shown(found: usecases.ConnectionHealth) -> dict[str, Any]:
    names = ConnectionShape.model_fields.keys() - {"public_key", "waiting", "oldest_waiting_at", "dead"}
    told = {name: getattr(found.connection, name) for name in names} | {
        "public_key": usecases.public_key(found.connection)
    }
    return told | {"waiting": found.waiting, "oldest_waiting_at": found.oldest_waiting_at, "dead": found.dead}


class Replayed(Answer):
    """How many facts are tried again."""

    deliveries: int


@router.post("/connections/{connection_id}/replay", response_model=Replayed)
async def replay_deliveries(tx: ByOps, connection_id: UUID) -> object:
    """Send what was given up to this connection again, once its fault is mended: all of it, in its order."""
    return {"deliveries": await usecases.replay_deliveries(tx, connection_id)}


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
    """The client no longer agrees. Nothing more is sent, but for word of it to a council that was told something."""
    return await usecases.withdraw_share(tx, share_id, version)


@router.get("/shares/{share_id}/sent", response_model=Page[SentShape])
async def list_sent_under(tx: ByNurse, share_id: UUID, page: Asked) -> object:
    """What the council was told under this agreement, exactly as it was told, also after it was withdrawn."""
    return await usecases.list_sent_under(tx, share_id, page)


@router.post("/deliveries/{delivery_id}/replay", response_model=DeliveryShape)
async def replay_delivery(tx: ByOps, delivery_id: UUID) -> object:
    """Send one fact again that was given up."""
    return await usecases.replay_delivery(tx, delivery_id)


@router.get("/council-files", response_model=Page[CouncilFileShape])
async def list_council_files(
    tx: ByOps, page: Asked, state: Annotated[CouncilFileState | None, Query()] = None
) -> object:
    """The files in which councils answered, such as those in quarantine, and what was wrong with them."""
    return await usecases.list_council_files(tx, page, state=state)


@router.get("/deliveries", response_model=Page[DeliveryShape])
async def list_deliveries(
    tx: ByOps,
    page: Asked,
    connection_id: UUID | None = None,
    status: Annotated[DeliveryStatus | None, Query()] = None,
) -> object:
    """What was sent, what waits and what could not be delivered."""
    return await usecases.list_deliveries(tx, page, connection_id=connection_id, status=status)
