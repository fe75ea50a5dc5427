"""What interop asks of other services: the owner's current state, whenever an event says that it changed."""

from typing import Any

from services.common.peers import Peers
from services.interop.domain.record import ClientRecord, Referral


async def client_record(fact: Any, peers: Peers) -> ClientRecord:
    """The whole record of the client whom the event is about."""
    return ClientRecord.model_validate(await peers.get("caseload", f"/v1/clients/{fact.client_id}"))


async def referral(fact: Any, peers: Peers) -> Referral:
    """The referral that the event is about, which may have no client yet."""
    return Referral.model_validate(await peers.get("caseload", f"/v1/referrals/{fact.referral_id}"))
