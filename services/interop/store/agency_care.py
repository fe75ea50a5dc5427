"""Queries about the agencies' care that councils tell of."""

from sqlalchemy import or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.agency_care import AgencyCare
from services.interop.domain.connection import Connection
from services.interop.domain.share import Share


async def share_under(tx: Transaction, council_ref: str) -> Share | None:
    """The share in force of the client whom the caller's council knows by this id; none where two are."""
    ours = select(Share).join(Connection, col(Connection.id) == col(Share.connection_id))
    in_force = ours.where(
        col(Connection.refers_as) == tx.actor.subject,
        col(Share.council_ref) == council_ref,
        col(Share.withdrawn_at).is_(None),
        or_(col(Share.until_on).is_(None), col(Share.until_on) >= tx.today),
    )
    found = await tx.all(in_force.with_for_update(read=True, of=Share).limit(2))
    return found[0] if len(found) == 1 else None


async def known(tx: Transaction, share: Share, care_ref: str) -> AgencyCare | None:
    """This care as it was told before, locked."""
    same = (
        (col(AgencyCare.connection_id) == share.connection_id)
        & (col(AgencyCare.care_ref) == care_ref)
        & (col(AgencyCare.client_id) == share.client_id)
    )
    found = await tx.all(select(AgencyCare).where(same).with_for_update())
    return found[0] if found else None
