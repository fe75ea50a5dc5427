"""Queries about sign-ins on their way."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.common.db import Transaction
from services.identity.domain.attempt import Attempt
from services.identity.domain.sign_in import fingerprint


async def take(tx: Transaction, state: str, browser: str) -> Attempt | None:
    """The attempt of this browser, which can be taken once."""
    mine = (col(Attempt.state) == state) & (col(Attempt.browser) == fingerprint(browser))
    gone = delete(Attempt).where(mine, col(Attempt.until) > tx.now).returning(Attempt)
    found: Attempt | None = (await tx.session.execute(gone)).scalar_one_or_none()
    return found


async def forget_old(connection: AsyncConnection, now: datetime) -> int:
    return (await connection.execute(delete(Attempt).where(col(Attempt.until) < now))).rowcount
