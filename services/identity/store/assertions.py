"""Queries about assertions that were used."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.common.db import Transaction
from services.identity.domain.tables import USED_ASSERTION

# Clocks differ a little.
MARGIN = timedelta(minutes=1)


async def use(tx: Transaction, issuer: str, jti: str, until: int) -> bool:
    """Whether it is used for the first time; whoever asks at the same time waits for the answer."""
    row = {"issuer": issuer, "jti": jti, "until": datetime.fromtimestamp(until, UTC) + MARGIN}
    once = insert(USED_ASSERTION).values(**row).on_conflict_do_nothing().returning(USED_ASSERTION.c.jti)
    return (await tx.session.execute(once)).first() is not None


async def forget_old(connection: AsyncConnection, now: datetime) -> int:
    return (await connection.execute(delete(USED_ASSERTION).where(USED_ASSERTION.c.until < now))).rowcount
