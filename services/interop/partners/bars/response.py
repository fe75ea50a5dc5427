"""What a sender hears after the first answer: interim, whether the person is taken on; final, that care has ended."""

from datetime import datetime
from typing import Any

from services.interop.domain.bars_exchange import MessageReason, Stage
from services.interop.domain.inbound import InboundReferral, MessageKind, ReferralOutcome
from services.interop.fhir.mapping.parts import plain
from services.interop.partners.bars.answer import Said, told
from services.interop.partners.bars.message import Message

REJECTED = "https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars"
REASONS_OF_ENCOUNTER = "https://fhir.nhs.uk/CodeSystem/message-reason-encounter"
VALIDATED = "validation-triage-outcome"
# CodeSystem rejected-reasons-bars: RRNA is that nobody is free in time. FC, failed contact, is never why a team here
# does not take somebody on.
NO_ROOM, OTHER = "RRNA", "OTH"
REJECTED_REASONS = {"no_capacity": NO_ROOM}
DEFINITION = "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response-{}"
DEFINITIONS = {
    (MessageKind.VALIDATION, Stage.INTERIM): "validation-interim",
    (MessageKind.VALIDATION, Stage.FINAL): "validation-full",
    (MessageKind.REFERRAL, Stage.INTERIM): "referral-short",
    (MessageKind.REFERRAL, Stage.FINAL): "referral",
}


def response(
    message: Message,
    referral: InboundReferral,
    at_destination: int,
    stage: Stage,
    now: datetime,
    *,
    ended_at: datetime | None = None,
    outcome: str | None = None,
) -> dict[str, Any]:
    """The message that tells it; `outcome` is why care ended, in our own code."""
    definition = DEFINITION.format(DEFINITIONS[MessageKind(referral.kind), stage])
    said = _interim(referral, definition) if stage is Stage.INTERIM else _final(referral, definition, ended_at, outcome)
    return told(message, referral, at_destination, said, now)


def _interim(referral: InboundReferral, definition: str) -> Said:
    if referral.outcome == ReferralOutcome.ACCEPTED:
        return Said("in-progress", MessageReason.NEW, definition=definition)
    code = REJECTED_REASONS.get(referral.not_taken_reason or "", OTHER)
    words = f"{plain(referral.not_taken_reason or 'other')}. {referral.signpost or ''}".strip()
    because = {"coding": [{"system": REJECTED, "code": code}], "text": words}
    return Said("cancelled", MessageReason.NEW, request="revoked", because=because, definition=definition)


def _final(referral: InboundReferral, definition: str, ended_at: datetime | None, outcome: str | None) -> Said:
    because: dict[str, Any] = {"text": plain(outcome or "care ended")}
    if referral.kind == MessageKind.VALIDATION:
        because["coding"] = [{"system": REASONS_OF_ENCOUNTER, "code": VALIDATED}]
    return Said("finished", MessageReason.UPDATE, "completed", because, ended_at, definition)
