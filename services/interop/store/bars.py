"""Queries about referrals by BaRS: their versions, and the responses on their way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.bars_exchange import BarsResponse, ReferralVersion, ResponseStatus, Stage
from services.interop.domain.inbound import InboundMessage, InboundReferral, ReferralOutcome


async def named(tx: Transaction, name: str, source: str, *, lock: bool = True) -> InboundReferral | None:
    """The newest referral that this system sent for that service under this name, or that has it here, locked."""
    by_sender = select(InboundReferral).join(InboundMessage, col(InboundMessage.id) == col(InboundReferral.message_id))
    own = by_sender.where(
        col(InboundMessage.sender) == tx.actor.subject,
        col(InboundReferral.reply_to) == source,
        _is_called(name),
    )
    newest = own.order_by(col(InboundReferral.received_at).desc(), col(InboundReferral.id).desc()).limit(1)
    newest = newest.with_for_update(of=InboundReferral) if lock else newest
    found: InboundReferral | None = await tx.session.scalar(newest)
    return found


def _is_called(name: str) -> ColumnElement[bool]:
    by_key = col(InboundReferral.request_key) == name
    try:
        return or_(by_key, col(InboundReferral.id) == UUID(name))
    except ValueError:
        return by_key


async def versions(tx: Transaction, inbound_referral_id: UUID) -> int:
    """How many messages of its sender made it what it is; none where it came in another way than by BaRS."""
    of = col(ReferralVersion.inbound_referral_id) == inbound_referral_id
    return int(await tx.session.scalar(select(func.count()).select_from(ReferralVersion).where(of)) or 0)


async def first_message(tx: Transaction, inbound_referral_id: UUID) -> InboundMessage | None:
    """The message that asked first, whose correlation id all that follows carries; None where none did."""
    of_first = select(InboundMessage).join(ReferralVersion, col(ReferralVersion.message_id) == col(InboundMessage.id))
    wanted = of_first.where(
        col(ReferralVersion.inbound_referral_id) == inbound_referral_id, col(ReferralVersion.number) == 1
    )
    found: InboundMessage | None = await tx.session.scalar(wanted)
    return found


async def has_response(tx: Transaction, inbound_referral_id: UUID, stage: Stage) -> bool:
    told = (col(BarsResponse.inbound_referral_id) == inbound_referral_id) & (col(BarsResponse.stage) == stage)
    return bool(await tx.session.scalar(select(exists().where(told))))


async def is_told(tx: Transaction, inbound_referral_id: UUID, stage: Stage) -> bool:
    """Whether its sender has this, or it is on its way."""
    told = (
        col(BarsResponse.inbound_referral_id) == inbound_referral_id,
        col(BarsResponse.stage) == stage,
        col(BarsResponse.status).in_([ResponseStatus.SENT, ResponseStatus.QUEUED]),
    )
    return bool(await tx.session.scalar(select(exists().where(*told))))


async def due(tx: Transaction, most: int) -> Sequence[BarsResponse]:
    """What is to be sent now, oldest first. What follows something that is still on its way waits for it."""
    earlier = aliased(BarsResponse)
    waits = exists().where(
        col(earlier.inbound_referral_id) == col(BarsResponse.inbound_referral_id),
        col(earlier.status) == ResponseStatus.QUEUED,
        col(earlier.id) < col(BarsResponse.id),
    )
    now = (col(BarsResponse.status) == ResponseStatus.QUEUED, col(BarsResponse.due_at) <= tx.now, ~waits)
    wanted = select(BarsResponse).where(*now).order_by(col(BarsResponse.due_at), col(BarsResponse.id)).limit(most)
    rows: Sequence[BarsResponse] = await tx.all(wanted.with_for_update(of=BarsResponse, skip_locked=True))
    return rows


async def response(tx: Transaction, response_id: UUID) -> BarsResponse | None:
    """Locked."""
    found: BarsResponse | None = await tx.session.get(BarsResponse, response_id, with_for_update=True)
    return found


def responses(status: ResponseStatus | None) -> Select[Any]:
    wanted = select(BarsResponse)
    return wanted if status is None else wanted.where(col(BarsResponse.status) == status)


async def queued_between(tx: Transaction, since: datetime, until: datetime) -> Sequence[BarsResponse]:
    of_day = (col(BarsResponse.queued_at) >= since, col(BarsResponse.queued_at) < until)
    rows: Sequence[BarsResponse] = await tx.all(select(BarsResponse).where(*of_day).order_by(col(BarsResponse.id)))
    return rows


async def unheard_between(tx: Transaction, since: datetime, until: datetime) -> Sequence[UUID]:
    """The referrals by BaRS that a team answered then, and whose sender no response was made for."""
    by_bars = exists().where(
        col(ReferralVersion.inbound_referral_id) == col(InboundReferral.id), col(ReferralVersion.number) == 1
    )
    told = exists().where(col(BarsResponse.inbound_referral_id) == col(InboundReferral.id))
    answered = (
        col(InboundReferral.changed_at) >= since,
        col(InboundReferral.changed_at) < until,
        col(InboundReferral.outcome).in_([ReferralOutcome.ACCEPTED, ReferralOutcome.NOT_TAKEN]),
    )
    wanted = select(col(InboundReferral.id)).where(*answered, by_bars, ~told)
    return await tx.all(wanted.order_by(col(InboundReferral.id)))
