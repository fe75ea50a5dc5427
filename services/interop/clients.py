"""What interop asks of other services: the owner's current state, whenever an event says that it changed; and what
somebody may read there, in their own name."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.common.errors import NotFound
from services.common.peers import Peers
from services.interop.domain.record import ClientRecord, Referral
from services.interop.domain.seat import Seat


async def client_record(fact: Any, peers: Peers) -> ClientRecord:
    """The whole record of the client whom the event is about."""
    return ClientRecord.model_validate(await peers.get("caseload", f"/v1/clients/{fact.client_id}"))


async def referral(fact: Any, peers: Peers) -> Referral:
    """The referral that the event is about, which may have no client yet."""
    return Referral.model_validate(await peers.get("caseload", f"/v1/referrals/{fact.referral_id}"))


async def seats(peers: Peers, token: str) -> dict[UUID, Seat]:
    """The clients whom the guest with this token has an open seat for, each as far as they are shared."""
    listed = await peers.get("caseload", "/v1/shared-clients", for_token=token)
    seated = [Seat.model_validate(one) for one in listed["items"]]
    return {one.client_id: one for one in seated}


async def whole_seats(peers: Peers, token: str, client_ids: Iterable[UUID]) -> dict[UUID, Seat]:
    """Those of these clients, with the assessment and the plan that each of them shares. A seat may end meanwhile."""
    found = await asyncio.gather(*(_whole(peers, token, client_id) for client_id in client_ids))
    return {one.client_id: one for one in found if one is not None}


async def _whole(peers: Peers, token: str, client_id: UUID) -> Seat | None:
    try:
        return Seat.model_validate(await peers.get("caseload", f"/v1/shared-clients/{client_id}", for_token=token))
    except NotFound:
        return None
