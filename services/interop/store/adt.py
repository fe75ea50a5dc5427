"""Queries about what hospitals tell by HL7 v2."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.adt import AdtMessage, AdtOutcome
from services.interop.domain.inbound import InboundMessage


async def under(tx: Transaction, sender: str, control_id: str) -> AdtMessage | None:
    """What came last from this sender under this control id, locked."""
    wanted = select(AdtMessage).where(col(AdtMessage.sender) == sender, col(AdtMessage.control_id) == control_id)
    newest = wanted.order_by(col(AdtMessage.id).desc()).limit(1)
    found: AdtMessage | None = await tx.session.scalar(newest.with_for_update())
    return found


async def forget_strangers(tx: Transaction, sender: str, before: datetime) -> None:
    """What this system's messages say that came before this, and ended in no stay: repetitions, and what could not be
    read, as well. That they came, and why they were not taken, stays; what still waits is noted as forgotten."""
    taken = exists().where(
        col(AdtMessage.message_id) == col(InboundMessage.id), col(AdtMessage.outcome) == AdtOutcome.TAKEN
    )
    old = (col(InboundMessage.sender) == sender, col(InboundMessage.received_at) < before)
    emptied = update(InboundMessage).where(*old, col(InboundMessage.raw) != b"", ~taken)
    await tx.session.execute(emptied.values(raw=b""))
    waiting = col(AdtMessage.outcome).in_([AdtOutcome.WAITING, AdtOutcome.REFUSED])
    unseen = update(AdtMessage).where(col(AdtMessage.received_at) < before, waiting)
    raised = {"version": AdtMessage.version + 1, "changed_at": tx.now}
    await tx.session.execute(unseen.values(outcome=AdtOutcome.FORGOTTEN, **raised))


def listed(outcome: AdtOutcome | None) -> Select[Any]:
    wanted = select(AdtMessage)
    return wanted if outcome is None else wanted.where(col(AdtMessage.outcome) == outcome)
