"""A partner's system refers in plain JSON, asks what became of it, and is told when it is answered."""

from http import HTTPStatus
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.interop.domain.inbound import (
    Answer,
    Arrival,
    InboundMessage,
    InboundReferral,
    MessageOutcome,
)
from services.interop.domain.plain_referral import PlainReferral, ServiceUnknown
from services.interop.partners import answers
from services.interop.store import council as deliveries
from services.interop.store import messages
from services.interop.usecases.exchange.respond import queue_interim
from services.interop.usecases.receive import tell_of_receipt

TAKEN = 201


async def keep_plain_message(tx: Transaction, raw: bytes, media_type: str) -> UUID:
    """Keep what a partner's system sent, byte for byte, before it is judged."""
    message = InboundMessage.received(Arrival(raw, media_type, None, None), tx.actor.subject, tx.now)
    tx.add(message)
    await tx.session.flush()
    return message.id


async def note_answered(tx: Transaction, message_id: UUID, status: int) -> None:
    """How it was answered, where the referral in it does not say so itself: refused, or taken before."""
    message = await messages.message(tx, message_id)
    if message.outcome == MessageOutcome.RECEIVED:
        message.answered(MessageOutcome.ACCEPTED if status < HTTPStatus.BAD_REQUEST else MessageOutcome.REFUSED, status)


async def take_plain_referral(tx: Transaction, new: PlainReferral, message_id: UUID) -> InboundReferral:
    """Tell the team's record of it. Raises `PersonMustAgree` or `ServiceUnknown`."""
    understood = new.understood()
    endpoint = (await messages.endpoints(tx, [new.dos_service_id])).get(new.dos_service_id)
    if endpoint is None:
        raise ServiceUnknown
    message = await messages.message(tx, message_id)
    message.answered(MessageOutcome.ACCEPTED, TAKEN)
    referral = InboundReferral.of(message, endpoint.team_id, understood)
    referral.id = new.id
    tx.add(referral)
    await tx.session.flush()
    tell_of_receipt(tx, referral)
    return referral


async def read_own_referral(tx: Transaction, receipt_id: UUID) -> InboundReferral:
    """What became of it, for the system that referred. Raises `NotFound` for another's."""
    found = await messages.referral_from(tx, receipt_id, tx.actor.subject)
    if found is None:
        raise NotFound("referral")
    return found


async def remember_outcome(
    tx: Transaction, inbound_referral_id: UUID | None, referral_id: UUID, answer: Answer
) -> None:
    """What became of a partner's referral at the team; the partner hears of it where they have an address."""
    inbound = None if inbound_referral_id is None else await messages.inbound_referral(tx, inbound_referral_id)
    if inbound is None:
        return
    was = inbound.outcome
    inbound.became(referral_id, answer, tx.now)
    if inbound.outcome != was and not tx.rebuilding:
        await _tell_partner(tx, inbound)
        await queue_interim(tx, inbound)


async def _tell_partner(tx: Transaction, inbound: InboundReferral) -> None:
    for connection_id in await messages.connections_of_sender(tx, inbound):
        await deliveries.queue(tx, answers.delivery(inbound, connection_id, tx.now))
