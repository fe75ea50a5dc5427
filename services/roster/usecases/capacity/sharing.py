"""Sharing the weeks ahead: neighbouring teams see each other's lights and sums, where the team itself lets them."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.roster.domain.capacity_share import CapacityShare, NewCapacityShare, SharedAlready
from services.roster.store import sharing


async def share_capacity(tx: Transaction, new: NewCapacityShare) -> CapacityShare:
    """Another team may see this team's weeks ahead as those around it do. Raises `NotFound` or `SharedAlready`."""
    await tx.require_team(new.team_id)
    share = CapacityShare.made(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"capacity_shared_once": SharedAlready}):
        tx.add(share)
    return share


async def end_capacity_share(tx: Transaction, capacity_share_id: UUID, if_match: int) -> CapacityShare:
    """From now on nothing is shared. Raises `NotFound`, `PreconditionFailed` or `ShareAlreadyEnded`."""
    share = await tx.get(CapacityShare, capacity_share_id, lock=True)
    require_version(share, if_match)
    share.end(tx.today, tx.now)
    await tx.settle()
    return share


async def list_capacity_shares(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    """What the caller's teams share and what is shared with them: whose weeks they may look at."""
    return await page(tx, await sharing.of_both(tx), CapacityShare, request)
