"""A partner refers somebody: the message is kept, judged and answered, and its referral told to the others."""

import logging
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.outages import is_database_down
from services.common.paging import PageRequest, page
from services.interop.domain.inbound import (
    Arrival,
    InboundMessage,
    InboundReferral,
    MessageOutcome,
    NewServiceEndpoint,
    ServiceEndpoint,
)
from services.interop.events import ReferralReceived
from services.interop.partners import bars
from services.interop.store import messages

log = logging.getLogger(__name__)

TAKEN = 200


async def register_service_endpoint(tx: Transaction, new: NewServiceEndpoint) -> ServiceEndpoint:
    """From now on, what partners send to this service goes to this team."""
    endpoint = ServiceEndpoint.registered(new, tx.now)
    tx.add(endpoint)
    return endpoint


async def list_service_endpoints(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    return await page(tx, messages.all_endpoints(), ServiceEndpoint, request)


async def receive_message(tx: Transaction, arrival: Arrival) -> tuple[int, dict[str, Any]]:
    """Keep the message, and answer it: the HTTP status and the FHIR body.

    A refusal is an answer and not an exception, so that what was refused stays stored; so is a defect of ours,
    which leaves the message as received, to be looked at.
    """
    if arrival.pair is not None:
        await tx.take_turns("/".join(map(str, arrival.pair)))
    message = InboundMessage.received(arrival, tx.actor.subject, tx.now)
    tx.add(message)
    await tx.session.flush()
    try:
        async with tx.session.begin_nested():
            referral, answer = await _take(tx, message, arrival)
    except bars.MessageRefused as refused:
        message.answered(MessageOutcome.REFUSED, refused.status)
        return refused.status, bars.refusal(refused)
    except Exception as error:
        if is_database_down(error):
            raise
        fault = _failed(message, error)
        return fault.status, bars.refusal(fault)
    message.answered(MessageOutcome.ACCEPTED, TAKEN)
    tell_of_receipt(tx, referral)
    return TAKEN, answer


def _failed(message: InboundMessage, error: Exception) -> bars.FaultOfOurs:
    """Keep that we failed; the log says where, and nothing that the message holds."""
    kind = type(error).__name__
    where = (RuntimeError, RuntimeError(kind), error.__traceback__)
    log.error("message not understood", extra={"message_id": str(message.id), "error": kind}, exc_info=where)
    fault = bars.FaultOfOurs("Bundle")
    message.answered(MessageOutcome.RECEIVED, fault.status)
    return fault


async def _take(tx: Transaction, kept: InboundMessage, arrival: Arrival) -> tuple[InboundReferral, dict[str, Any]]:
    """The referral in the message, and the answer. Raises a `MessageRefused`."""
    if arrival.pair is None:
        raise bars.MissingIds(*_missing(arrival))
    if await messages.is_processed(tx, arrival.pair):
        raise bars.AlreadyProcessed("Bundle")
    message = bars.read(arrival)
    understood, warnings = bars.understand(message, tx.today)
    at_destination, endpoint = await _service(tx, message)
    referral = InboundReferral.of(kept, endpoint.team_id, understood)
    tx.add(referral)
    return referral, bars.acknowledgement(message, referral, at_destination, warnings, tx.now)


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


def _missing(arrival: Arrival) -> list[str]:
    ids = {"http.X-Request-Id": arrival.request_id, "http.X-Correlation-Id": arrival.correlation_id}
    return [header for header, value in ids.items() if value is None]


async def _service(tx: Transaction, message: bars.Message) -> tuple[int, ServiceEndpoint]:
    """Which of the message's destinations is served here. Raises `UnknownService`."""
    known = await messages.endpoints(tx, [value for _, value in message.destinations if value])
    for number, (_, value) in enumerate(message.destinations):
        if value in known:
            return number, known[value]
    raise bars.UnknownService(*(place for place, _ in message.destinations))


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
