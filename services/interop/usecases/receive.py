"""A partner refers somebody: the message is kept, judged and answered, and its referral told to the others."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.common.auth import Persona, Principal
from services.common.db import Transaction
from services.common.errors import NotFound, ServiceError
from services.common.outages import is_database_down
from services.common.paging import PageRequest, page
from services.interop.domain.bars_exchange import MessageReason
from services.interop.domain.inbound import (
    Arrival,
    InboundMessage,
    InboundReferral,
    MessageOutcome,
    NewServiceEndpoint,
    ServiceEndpoint,
)
from services.interop.events import ReferralChanged, ReferralReceived
from services.interop.fhir.systems import DOS_SERVICE
from services.interop.partners import bars
from services.interop.partners.bars import definitions
from services.interop.store import bars as store
from services.interop.store import messages
from services.interop.usecases.exchange.take import take

log = logging.getLogger(__name__)

TAKEN = 200


class ContextMissing(ServiceError):
    field = "/query/context"
    way_out = f"Send context={DOS_SERVICE}|… with the service, and another context with the use case."

    def __init__(self) -> None:
        super().__init__("No service is named.")


async def register_service_endpoint(tx: Transaction, new: NewServiceEndpoint) -> ServiceEndpoint:
    """From now on, what partners send to this service goes to this team."""
    endpoint = ServiceEndpoint.registered(new, tx.now)
    tx.add(endpoint)
    return endpoint


async def list_service_endpoints(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    return await page(tx, messages.all_endpoints(), ServiceEndpoint, request)


async def find_message_definitions(tx: Transaction, contexts: Sequence[str]) -> dict[str, Any]:
    """What a message has to hold, by the services and use cases that a sender names; nothing for what is not here.

    Raises `ContextMissing`.
    """
    services, use_cases = definitions.contexts(contexts)
    if not services:
        raise ContextMissing
    if not definitions.are_known(use_cases):
        return definitions.EMPTY
    known = await messages.endpoints(tx, services)
    return definitions.searchset(
        [one for service in services if service in known for one in definitions.definitions(service, use_cases)]
    )


async def receive_message(tx: Transaction, arrival: Arrival) -> tuple[int, dict[str, Any]]:
    """Keep the message, and answer it: the HTTP status and the FHIR body.

    A refusal is an answer and not an exception, so that what was refused stays stored; so is a defect of ours,
    which leaves the message as received, to be looked at.
    """
    message = InboundMessage.received(arrival, tx.actor.subject, tx.now)
    tx.add(message)
    await tx.session.flush()
    return await _answered(tx, message, arrival)


async def list_inbound_messages(
    tx: Transaction, request: PageRequest, outcome: MessageOutcome | None
) -> dict[str, Any]:
    """What came in and what became of it, without what it says of anybody."""
    return await page(tx, messages.listed(outcome), InboundMessage, request)


async def try_message_again(tx: Transaction, message_id: UUID) -> InboundMessage:
    """As it came and as from its sender, now that what we failed over has been mended. Its outcome says what became of
    it: refused, where it was sent again and taken meanwhile. Raises `NotFound` or `NothingToTryAgain`."""
    message = await messages.locked(tx, message_id)
    if message is None:
        raise NotFound("message")
    message.require_failed()
    arrival = Arrival(message.raw, message.media_type, message.request_id, message.correlation_id)
    asked_by, tx.actor = tx.actor, Principal(message.sender, Persona.INTEGRATOR)
    try:
        if await _came_again(tx, arrival):
            message.answered(MessageOutcome.REFUSED, HTTPStatus.CONFLICT)
        else:
            await _answered(tx, message, arrival)
    finally:
        tx.actor = asked_by
    return message


async def _came_again(tx: Transaction, arrival: Arrival) -> bool:
    """Whether the request that it begins has been taken in another message of its sender's."""
    try:
        sent = bars.read(arrival)
    except bars.MessageRefused:
        return False
    is_new = sent.reason is MessageReason.NEW
    return is_new and await store.named(tx, bars.name_of_request(sent), sent.source) is not None


async def take_its_turn(tx: Transaction, arrival: Arrival) -> None:
    """Of two that come at once with the same ids, one waits until the other is answered."""
    if arrival.pair is not None:
        await tx.take_turns("/".join(map(str, arrival.pair)))


async def _answered(tx: Transaction, message: InboundMessage, arrival: Arrival) -> tuple[int, dict[str, Any]]:
    await take_its_turn(tx, arrival)
    try:
        async with tx.session.begin_nested():
            taken = await take(tx, message, arrival)
    except bars.MessageRefused as refused:
        message.answered(MessageOutcome.REFUSED, refused.status)
        await _tell_of_refusal(tx, refused)
        return refused.status, bars.refusal(refused)
    except Exception as error:
        if is_database_down(error):
            raise
        fault = _failed(message, error)
        return fault.status, bars.refusal(fault)
    message.answered(MessageOutcome.ACCEPTED, TAKEN)
    if taken.is_new:
        tell_of_receipt(tx, taken.referral)
    else:
        tell_of_change(tx, taken.referral)
    return TAKEN, taken.answer


def _failed(message: InboundMessage, error: Exception) -> bars.FaultOfOurs:
    """Keep that we failed; the log says where, and nothing that the message holds."""
    kind = type(error).__name__
    where = (RuntimeError, RuntimeError(kind), error.__traceback__)
    log.error("message not understood", extra={"message_id": str(message.id), "error": kind}, exc_info=where)
    fault = bars.FaultOfOurs("Bundle")
    message.answered(MessageOutcome.RECEIVED, fault.status)
    return fault


async def _tell_of_refusal(tx: Transaction, refused: bars.MessageRefused) -> None:
    """The team that looks after the person hears that its referrer asked for a change, which came too late."""
    if isinstance(refused, bars.RequestAnswered) and refused.accepted_id is not None:
        referral = await messages.inbound_referral(tx, refused.accepted_id)
        if referral is not None:
            tell_of_change(tx, referral)


def tell_of_receipt(tx: Transaction, referral: InboundReferral) -> None:
    """The others hear of it, by id."""
    received = ReferralReceived(
        inbound_referral_id=referral.id,
        team_id=referral.team_id,
        kind=referral.kind,
        use_case=referral.use_case,
        urgency=referral.urgency,
        received_at=referral.received_at,
        answer_due_at=referral.answer_due_at,
    )
    tx.publish(received, about=referral)


def tell_of_change(tx: Transaction, referral: InboundReferral) -> None:
    """The others hear that it says something else now, by id."""
    changed = ReferralChanged(inbound_referral_id=referral.id, team_id=referral.team_id, urgency=referral.urgency)
    tx.publish(changed, about=referral)


async def read_inbound_referral(tx: Transaction, inbound_referral_id: UUID) -> InboundReferral:
    """The referral behind the event, with who it is about. Raises `NotFound`."""
    return await tx.get(InboundReferral, inbound_referral_id)


async def read_inbound_message(tx: Transaction, inbound_referral_id: UUID) -> tuple[bytes, str]:
    """The whole message behind a referral and its media type, as the partner sent it to the nurse's own team.

    Raises `NotFound`.
    """
    found = await messages.message_of(tx, inbound_referral_id)
    if found is None:
        raise NotFound("message")
    return found
