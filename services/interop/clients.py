"""What interop asks of other services: the owner's current state, whenever an event says that it changed; and what
somebody may read there, in their own name."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.common.errors import NotFound
from services.common.peers import InNameOf, Peers
from services.interop.domain.colleague import Colleague
from services.interop.domain.record import ClientRecord, Referral
from services.interop.domain.seat import Seat
from services.interop.domain.systmone_unit import unit_of
from services.interop.settings import InteropSettings

# So many questions at a time, of the eight that the service may ask at all.
AT_ONCE = 3


async def client_record(fact: Any, peers: Peers) -> ClientRecord:
    """The whole record of the client whom the event is about."""
    told = ClientRecord.model_validate(await peers.get("caseload", f"/v1/clients/{fact.client_id}"))
    units = InteropSettings.of(peers.settings).systmone_writes
    return told.model_copy(update={"is_written_there": unit_of(told.client.team_id, units) is not None})


async def referral(fact: Any, peers: Peers) -> Referral:
    """The referral that the event is about, which may have no client yet."""
    return Referral.model_validate(await peers.get("caseload", f"/v1/referrals/{fact.referral_id}"))


async def referral_as_it_stands(peers: Peers, referral_id: UUID) -> Referral:
    """A partner's referral as the team's record has it now. Raises `NotFound`, `Unavailable` or `PeerRefused`."""
    return Referral.model_validate(await peers.get("caseload", f"/v1/referrals/{referral_id}"))


async def colleague(fact: Any, peers: Peers) -> Colleague:
    """Who the member of a team is, whom the event is about, with all of their places."""
    told = Colleague.model_validate(await peers.get("hr", f"/v1/colleagues/{fact.employee_id}"))
    own = peers.settings
    if not isinstance(own, InteropSettings):
        return told
    return told.model_copy(update={"team_names": own.team_names, "provider": own.ods_code})


async def client_record_in_name_of(named: InNameOf, client_id: UUID) -> ClientRecord:
    """The record as whoever asks may read it. Raises `NotFound`."""
    return ClientRecord.model_validate(await named.get("caseload", f"/v1/clients/{client_id}"))


async def referral_in_name_of(named: InNameOf, referral_id: UUID) -> Referral:
    """The referral as whoever asks may read it. Raises `NotFound`."""
    return Referral.model_validate(await named.get("caseload", f"/v1/referrals/{referral_id}"))


async def seats(named: InNameOf) -> dict[UUID, Seat]:
    """The clients who share the Care Act's side of their plan with the guest in whose name it is asked."""
    listed = await named.get("caseload", "/v1/shared-clients")
    seated = [Seat.model_validate(one) for one in listed["items"]]
    return {one.client_id: one for one in seated if one.shares_the_plan}


async def whole_seats(named: InNameOf, client_ids: Iterable[UUID]) -> dict[UUID, Seat]:
    """Those of these clients, with the assessment and the plan that each of them shares. A seat may end meanwhile."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def whole(client_id: UUID) -> Seat | None:
        async with turn:
            try:
                return Seat.model_validate(await named.get("caseload", f"/v1/shared-clients/{client_id}"))
            except NotFound:
                return None

    found = await asyncio.gather(*(whole(client_id) for client_id in client_ids))
    return {one.client_id: one for one in found if one is not None}
