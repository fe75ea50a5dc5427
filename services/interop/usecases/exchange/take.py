"""A BaRS message is taken: a new request, what its sender puts right in it, or that it is withdrawn."""

from dataclasses import dataclass
from typing import Any

from services.common.db import Transaction
from services.common.outcome import Issue
from services.interop.domain.bars_exchange import MessageReason, ReferralVersion
from services.interop.domain.inbound import (
    Arrival,
    InboundMessage,
    InboundReferral,
    ReferralOutcome,
    ServiceEndpoint,
    Understood,
)
from services.interop.domain.record import Referral
from services.interop.fhir import mapping
from services.interop.partners import bars
from services.interop.store import bars as store
from services.interop.store import messages, resources

# How caseload calls what is told of it here first.
RECEIVED, REVOKED = "received", "revoked"
VERSION_HERE = 0


@dataclass(frozen=True)
class Taken:
    """The referral as it is now, and what its sender is answered at once."""

    referral: InboundReferral
    answer: dict[str, Any]
    is_new: bool


async def take(tx: Transaction, kept: InboundMessage, arrival: Arrival) -> Taken:
    """What the message asks is done. Raises a `MessageRefused`."""
    if arrival.pair is None:
        raise bars.MissingIds(*_missing(arrival))
    if await messages.is_processed(tx, arrival.pair):
        raise bars.AlreadyProcessed("Bundle")
    message = bars.read(arrival)
    is_withdrawn = bars.takes_back(message)
    understood, warnings = bars.understand(message, tx.today)
    at_destination, endpoint = await service_of(tx, message)
    if message.reason is MessageReason.NEW:
        referral = _begun(tx, kept, message, endpoint, understood)
    else:
        referral = await _asked_before(tx, message, endpoint, understood)
        if is_withdrawn:
            referral.withdraw(kept.id, tx.now)
        else:
            referral.put_right(understood, kept.id, tx.now)
    await _keep_version(tx, referral, kept, message.reason)
    return await _answered(tx, message, referral, at_destination, warnings)


def _missing(arrival: Arrival) -> list[str]:
    ids = {"http.X-Request-Id": arrival.request_id, "http.X-Correlation-Id": arrival.correlation_id}
    return [header for header, value in ids.items() if value is None]


async def service_of(tx: Transaction, message: bars.Message) -> tuple[int, ServiceEndpoint]:
    """Which of the message's destinations is served here. Raises `UnknownService`."""
    known = await messages.endpoints(tx, [value for _, value in message.destinations if value])
    for number, (_, value) in enumerate(message.destinations):
        if value in known:
            return number, known[value]
    raise bars.UnknownService(*(place for place, _ in message.destinations))


def _begun(
    tx: Transaction, kept: InboundMessage, message: bars.Message, endpoint: ServiceEndpoint, understood: Understood
) -> InboundReferral:
    referral = InboundReferral.of(kept, endpoint.team_id, understood)
    referral.request_key = bars.name_of_request(message) or None
    referral.reply_to = message.source
    tx.add(referral)
    return referral


async def _asked_before(
    tx: Transaction, message: bars.Message, endpoint: ServiceEndpoint, understood: Understood
) -> InboundReferral:
    """What this changes or takes back. Raises `RequestUnknown`, `RequestAnswered` or `AnotherPerson`."""
    request = bars.request_of(message)
    found = await store.named(tx, bars.name_of_request(message), message.source)
    if found is None or found.team_id != endpoint.team_id:
        raise bars.RequestUnknown(request.at)
    if _is_another(found, understood.person):
        raise bars.AnotherPerson(f"{request.at}.subject")
    if found.outcome != ReferralOutcome.WAITING:
        raise bars.RequestAnswered(request.at, found.id, ReferralOutcome(found.outcome))
    return found


def _is_another(found: InboundReferral, person: dict[str, Any]) -> bool:
    """Two NHS numbers that differ are two people; without numbers, two dates of birth are. What one message leaves out
    says nothing."""
    if found.nhs_number and person["nhs_number"]:
        return bool(found.nhs_number != person["nhs_number"])
    return bool(found.birth_on and person["birth_on"] and found.birth_on != person["birth_on"])


async def _keep_version(
    tx: Transaction, referral: InboundReferral, kept: InboundMessage, reason: MessageReason
) -> None:
    await tx.session.flush()
    number = 1 if reason is MessageReason.NEW else await store.versions(tx, referral.id) + 1
    tx.add(ReferralVersion.of(referral, kept.id, number, reason, tx.now))


async def _answered(
    tx: Transaction, message: bars.Message, referral: InboundReferral, at_destination: int, warnings: list[Issue]
) -> Taken:
    """Its sender can read it at once, before the team's record has it."""
    answer = bars.acknowledgement(message, referral, at_destination, warnings, tx.now)
    told = Referral(**_columns(referral), status=RECEIVED, inbound_referral_id=referral.id, version=VERSION_HERE)
    shown = mapping.of_referral(told, referral.reference)
    if referral.outcome == ReferralOutcome.WITHDRAWN:
        shown.content["status"] = REVOKED
    await resources.write(tx, [shown])
    return Taken(referral, answer, message.reason is MessageReason.NEW)


def _columns(referral: InboundReferral) -> dict[str, Any]:
    """What the team's record will say of it, as far as it is known before."""
    same = Referral.model_fields.keys() & InboundReferral.model_fields.keys()
    of_record = {"status", "inbound_referral_id", "version", "client_id"}
    return {name: getattr(referral, name) for name in same - of_record} | {"client_id": None}
