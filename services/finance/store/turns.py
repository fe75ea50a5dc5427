"""Taking turns: two events about the same person wait for each other, so that neither misses what the other writes."""

from uuid import UUID

from sqlalchemy import func, select

from services.common.db import Transaction


async def take(tx: Transaction, *ids: UUID) -> None:
    """Hold each of these until the transaction ends: client before employee before teams, so that none deadlock."""
    for one in ids:
        await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(one), 0))))
