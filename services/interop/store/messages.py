"""Queries about inbound messages, the referrals in them and the services they are for."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select, update
from sqlalchemy.orm import defer
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.connection import Connection
from services.interop.domain.inbound import InboundMessage, InboundReferral, MessageOutcome, ServiceEndpoint


async def is_processed(tx: Transaction, pair: tuple[UUID, UUID]) -> bool:
    wanted = select(col(InboundMessage.id)).where(
        col(InboundMessage.request_id) == pair[0],
        col(InboundMessage.correlation_id) == pair[1],
        col(InboundMessage.outcome) == MessageOutcome.ACCEPTED,
    )
    return (await tx.session.execute(wanted)).first() is not None


async def message(tx: Transaction, message_id: UUID) -> InboundMessage:
    """What was kept just now."""
    found: InboundMessage = await tx.session.get_one(InboundMessage, message_id)
    return found


async def locked(tx: Transaction, message_id: UUID) -> InboundMessage | None:
    wanted = select(InboundMessage).where(col(InboundMessage.id) == message_id)
    found: InboundMessage | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found


async def note(tx: Transaction, message_id: UUID, outcome: MessageOutcome, status: int) -> None:
    """How a message was answered."""
    kept = update(InboundMessage).where(col(InboundMessage.id) == message_id)
    await tx.session.execute(kept.values(outcome=outcome, status=status))


async def written(tx: Transaction, inbound_referral_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Those of these referrals that a trust wrote as a ServiceRequest, as it wrote them."""
    if not inbound_referral_ids:
        return {}
    wanted = select(col(InboundReferral.id), col(InboundReferral.written)).where(
        col(InboundReferral.id).in_(inbound_referral_ids), col(InboundReferral.written).is_not(None)
    )
    return {row[0]: orjson.loads(row[1]) for row in await tx.rows(wanted)}


async def sender_of(tx: Transaction, message_id: UUID) -> str:
    """The system that sent a message."""
    wanted = select(col(InboundMessage.sender)).where(col(InboundMessage.id) == message_id)
    sender: str = (await tx.session.execute(wanted)).scalar_one()
    return sender


async def endpoints_of_teams(tx: Transaction, team_ids: Collection[UUID]) -> dict[UUID, ServiceEndpoint]:
    """One of the services by which each of these teams is reached."""
    if not team_ids:
        return {}
    wanted = select(ServiceEndpoint).where(col(ServiceEndpoint.team_id).in_(team_ids))
    return {one.team_id: one for one in await tx.all(wanted.order_by(col(ServiceEndpoint.id).desc()))}


async def endpoints(tx: Transaction, dos_service_ids: Collection[str]) -> dict[str, ServiceEndpoint]:
    wanted = select(ServiceEndpoint).where(col(ServiceEndpoint.dos_service_id).in_(dos_service_ids))
    return {endpoint.dos_service_id: endpoint for endpoint in await tx.all(wanted)}


def listed(outcome: MessageOutcome | None) -> Select[Any]:
    wanted = select(InboundMessage).options(defer(InboundMessage.raw))  # type: ignore[arg-type]
    return wanted if outcome is None else wanted.where(col(InboundMessage.outcome) == outcome)


def all_endpoints() -> Select[Any]:
    return select(ServiceEndpoint)


async def inbound_referral(tx: Transaction, inbound_referral_id: UUID) -> InboundReferral | None:
    """The referral, locked, so that news of it is applied one at a time."""
    wanted = select(InboundReferral).where(col(InboundReferral.id) == inbound_referral_id)
    found: InboundReferral | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found


async def message_of(tx: Transaction, inbound_referral_id: UUID) -> tuple[bytes, str] | None:
    """The message behind a referral to one of the caller's teams, byte for byte, and what it claimed to be."""
    wanted = select(col(InboundMessage.raw), col(InboundMessage.media_type)).join(
        InboundReferral, col(InboundReferral.message_id) == col(InboundMessage.id)
    )
    mine = wanted.where(col(InboundReferral.id) == inbound_referral_id, await tx.visible(InboundReferral))
    rows = await tx.rows(mine)
    return (rows[0].raw, rows[0].media_type) if rows else None


async def referral_from(tx: Transaction, inbound_referral_id: UUID, sender: str) -> InboundReferral | None:
    """The referral with this id, if this very system sent it."""
    by_sender = select(InboundReferral).join(InboundMessage, col(InboundMessage.id) == col(InboundReferral.message_id))
    own = by_sender.where(col(InboundReferral.id) == inbound_referral_id, col(InboundMessage.sender) == sender)
    found: InboundReferral | None = (await tx.session.execute(own)).scalar_one_or_none()
    return found


async def connections_of_sender(tx: Transaction, referral: InboundReferral) -> Sequence[UUID]:
    """Where the system that sent it wants to hear of its referrals."""
    sent = col(InboundMessage.sender) == col(Connection.refers_as)
    wanted = select(col(Connection.id)).join(InboundMessage, sent)
    return await tx.all(wanted.where(col(InboundMessage.id) == referral.message_id).order_by(col(Connection.id)))


async def references(tx: Transaction, inbound_referral_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What the senders were told to call these referrals."""
    if not inbound_referral_ids:
        return {}
    wanted = select(col(InboundReferral.id), col(InboundReferral.reference))
    rows = await tx.rows(wanted.where(col(InboundReferral.id).in_(inbound_referral_ids)))
    return {row[0]: row[1] for row in rows}
