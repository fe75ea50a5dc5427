"""Who is named for whom today."""

from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.hand_on import Named
from services.roster.domain.known import CareTeam
from services.roster.store import facts


async def named(tx: Transaction, team_id: UUID) -> list[Named]:
    """Of every client of the team whose care has not ended; while it is paused they still have a named nurse."""
    wanted = facts.named_as_of(tx.today).where(col(CareTeam.team_id) == team_id, ~facts.has_ended())
    latest = wanted.order_by(col(CareTeam.client_id), col(CareTeam.opened_on).desc())
    found: dict[UUID, Named] = {}
    for row in await tx.rows(latest):
        found.setdefault(row.client_id, Named(row.client_id, row.named_nurse_id, row.deputy_id))
    return list(found.values())
