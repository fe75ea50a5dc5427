"""Queries about what hospitals tell by HL7 v2."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.adt import AdtMessage, AdtOutcome
from services.interop.domain.inbound import InboundMessage


async def under(tx: Transaction, sender: str, control_id: str) -> AdtMessage | None:
    """What came from this sender under this control id."""
    wanted = select(AdtMessage).where(col(AdtMessage.sender) == sender, col(AdtMessage.control_id) == control_id)
    found: AdtMessage | None = await tx.session.scalar(wanted.with_for_update())
    return found


async def forget_strangers(tx: Transaction, before: datetime) -> None:
    """What messages say that came before this, and ended in no stay. That they came, and why they were not taken,
    stays; one that still waits is set aside."""
    untaken = col(AdtMessage.outcome) != AdtOutcome.TAKEN
    old = select(col(AdtMessage.message_id)).where(col(AdtMessage.received_at) < before, untaken)
    emptied = update(InboundMessage).where(col(InboundMessage.id).in_(old), col(InboundMessage.raw) != b"")
    await tx.session.execute(emptied.values(raw=b""))
    waiting = col(AdtMessage.outcome).in_([AdtOutcome.WAITING, AdtOutcome.REFUSED])
    aside = update(AdtMessage).where(col(AdtMessage.received_at) < before, waiting)
    raised = {"version": AdtMessage.version + 1, "changed_at": tx.now}
    await tx.session.execute(aside.values(outcome=AdtOutcome.SET_ASIDE, **raised))


def listed(outcome: AdtOutcome | None) -> Select[Any]:
    wanted = select(AdtMessage)
    return wanted if outcome is None else wanted.where(col(AdtMessage.outcome) == outcome)
