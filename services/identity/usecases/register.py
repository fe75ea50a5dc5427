"""Partners' systems: registered by operations once an agreement is signed, and removed when it ends."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import AlreadyRecorded
from services.common.paging import PageRequest, page
from services.identity.domain.registered_system import NewSystem, RegisteredSystem
from services.identity.store import ended, systems

TAKEN = {
    "registered_system_id_once": AlreadyRecorded,
    "registered_system_pkey": AlreadyRecorded,
}


async def register_system(tx: Transaction, new: NewSystem) -> RegisteredSystem:
    """It gets tokens once somebody else has confirmed it. Raises `UnknownScope`, `KeysNeeded` or `AlreadyRecorded`."""
    system = RegisteredSystem.registered(new, tx.actor.subject, tx.now)
    async with tx.refusing(TAKEN):
        tx.add(system)
    return system


async def list_systems(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    return await page(tx, systems.listed(), RegisteredSystem, request)


async def confirm_system(tx: Transaction, system_id: UUID, if_match: int) -> RegisteredSystem:
    """It may get tokens. Raises `NotFound`, `PreconditionFailed`, `SecondPersonNeeded` or `NotWaiting`."""
    system = await tx.get(RegisteredSystem, system_id, lock=True)
    require_version(system, if_match)
    system.confirm(tx.actor.subject, tx.now)
    await tx.session.flush()
    return system


async def remove_system(tx: Transaction, system_id: UUID, if_match: int) -> RegisteredSystem:
    """It gets no token any more, and those it has stop. Raises `NotFound` or `PreconditionFailed`."""
    system = await tx.get(RegisteredSystem, system_id, lock=True)
    require_version(system, if_match)
    system.remove(tx.now)
    await ended.add(tx, ended.SUBJECT, system.oauth_client_id)
    await tx.session.flush()
    return system
