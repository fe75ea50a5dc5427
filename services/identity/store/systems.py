"""Queries about partners' systems."""

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.identity.domain.registered_system import RegisteredSystem


async def by_oauth_client_id(tx: Transaction, client_id: str) -> RegisteredSystem | None:
    """One that two people let in, and nobody removed since."""
    wanted = select(RegisteredSystem).where(
        col(RegisteredSystem.oauth_client_id) == client_id,
        col(RegisteredSystem.confirmed_at).is_not(None),
        col(RegisteredSystem.removed_at).is_(None),
    )
    found: RegisteredSystem | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


def listed() -> Select[Any]:
    return select(RegisteredSystem)
