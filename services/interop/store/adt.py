"""Queries about what hospitals tell by HL7 v2."""

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.adt import AdtMessage, AdtOutcome


async def under(tx: Transaction, sender: str, control_id: str) -> AdtMessage | None:
    """What came from this sender under this control id."""
    wanted = select(AdtMessage).where(col(AdtMessage.sender) == sender, col(AdtMessage.control_id) == control_id)
    found: AdtMessage | None = await tx.session.scalar(wanted.with_for_update())
    return found


def listed(outcome: AdtOutcome | None) -> Select[Any]:
    wanted = select(AdtMessage)
    return wanted if outcome is None else wanted.where(col(AdtMessage.outcome) == outcome)
