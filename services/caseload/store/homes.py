"""The one row that says what a client's home is like."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.home import Home
from services.common.db import Transaction


async def home_of(tx: Transaction, client_id: UUID) -> Home | None:
    """Of a client whom the caller may read."""
    wanted = select(Home).where(col(Home.client_id) == client_id, await tx.visible(Home))
    found: Home | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found
