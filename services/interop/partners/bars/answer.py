"""The answers to a message: taken, with the reference to quote, or refused, with the way out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.outcome import Issue, operation_outcome
from services.interop.domain.bars_exchange import MessageReason
from services.interop.domain.inbound import InboundReferral, ReferralOutcome
from services.interop.fhir import systems
from services.interop.fhir.mapping.parts import instant
from services.interop.partners.bars.message import EVENTS, REASONS, RESPONSE, Entry, Message, request_of
from services.interop.partners.bars.refusals import MessageRefused

Resource = dict[str, Any]
TAKEN = 200
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def refusal(refused: MessageRefused) -> Resource:
    return operation_outcome(refused.status, refused.issues)


@dataclass(frozen=True)
class Said:
    """What an answer says of the request: in our Encounter's status and reason, and in the request's own status."""

    encounter: str
    # `new` for the first answer of its kind, `update` for what follows it.
    reason: MessageReason
    request: str | None = None
    because: Resource | None = None
    ended_at: datetime | None = None
    definition: str | None = None


def acknowledgement(
    message: Message, referral: InboundReferral, at_destination: int, warnings: Sequence[Issue], now: datetime
) -> Resource:
    """The response message: the request as it was sent with all it refers to, and our planned Encounter.

    The Encounter's identifier is the reference by which people on both sides name the referral. It is cancelled where
    the sender withdrew what it asked.
    """
    is_withdrawn = referral.outcome == ReferralOutcome.WITHDRAWN
    said = Said("cancelled" if is_withdrawn else "planned", message.reason)
    return told(message, referral, at_destination, said, now, warnings)


def told(
    message: Message,
    referral: InboundReferral,
    at_destination: int,
    said: Said,
    now: datetime,
    warnings: Sequence[Issue] = (),
) -> Resource:
    """A response message that says this of the request."""
    request = request_of(message)
    encounter = _encounter(message, request, referral, said)
    warned = {**operation_outcome(TAKEN, warnings), "id": str(uuid7())} if warnings else None
    header = _header(message, referral, at_destination, warned, said)
    echoed = [(entry.url, entry.resource) for entry in _hanging_on(message, request, header)]
    echoed[0] = (request.url, _known_here(request, referral, said))
    made = [resource for resource in (encounter, warned) if resource]
    entries = [(_urn(header["id"]), header), *echoed, *((_urn(resource["id"]), resource) for resource in made)]
    version = message.bundle["meta"]["versionId"]
    profile = ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]
    return {
        "resourceType": "Bundle",
        "id": str(uuid7()),
        "meta": {"versionId": version, "lastUpdated": instant(now), "profile": profile},
        "type": "message",
        "timestamp": instant(now),
        "entry": [_entry(url, resource, now) for url, resource in entries],
    }


def _known_here(request: Entry, referral: InboundReferral, said: Said) -> Resource:
    """The request with an id to read it by, where its sender gave it none, and what became of it."""
    known = {"id": str(referral.id), **request.resource}
    return known | {"status": said.request} if said.request else known


def _header(
    message: Message, referral: InboundReferral, at_destination: int, warned: Resource | None, said: Said
) -> Resource:
    """The request's header turned round: who was asked answers, and who asked is told."""
    asked = message.header.resource
    mine = asked["destination"][at_destination]
    response: dict[str, Any] = {"identifier": _identifier(message, referral), "code": "ok"}
    if warned:
        response["details"] = {"reference": _urn(warned["id"])}
    destination = {"endpoint": asked["source"]["endpoint"], "receiver": asked.get("sender")}
    header = {
        "resourceType": "MessageHeader",
        "id": str(uuid7()),
        "meta": {"profile": ["https://fhir.nhs.uk/StructureDefinition/BARSMessageHeader-servicerequest-response"]},
        "eventCoding": {"system": EVENTS, "code": RESPONSE},
        "destination": [{name: value for name, value in destination.items() if value}],
        "sender": mine.get("receiver"),
        "source": {"name": "Heatshield", "endpoint": mine["endpoint"]},
        "reason": {"coding": [{"system": REASONS, "code": said.reason}]},
        "response": response,
        "focus": [{"reference": _urn(referral.id)}],
        "definition": said.definition,
    }
    return {name: value for name, value in header.items() if value}


def _identifier(message: Message, referral: InboundReferral) -> str:
    """What the sender knows its message by: the header's id, or as in BaRS's own examples the Bundle's."""
    asked = (message.header.resource.get("id"), message.bundle.get("id"))
    return next((known for known in asked if known and FHIR_ID.fullmatch(known)), str(referral.message_id))


def _encounter(message: Message, request: Entry, referral: InboundReferral, said: Said) -> Resource:
    """Planned: asked for, not yet decided. The journey's shared EpisodeOfCare is carried on."""
    theirs = message.one("Encounter", request.resource.get("encounter"))
    encounter = {
        "resourceType": "Encounter",
        "id": str(referral.id),
        "meta": {"profile": [systems.profile("Encounter")]},
        "identifier": [{"system": systems.REFERRAL_REFERENCE, "value": referral.reference}],
        "status": said.encounter,
        "class": systems.HOME_HEALTH,
        "subject": request.resource.get("subject"),
        "episodeOfCare": theirs.resource.get("episodeOfCare") if theirs else None,
        "period": _period(referral, said),
        "reasonCode": [said.because] if said.because else None,
    }
    return {name: value for name, value in encounter.items() if value}


def _period(referral: InboundReferral, said: Said) -> Resource | None:
    """From the team's yes to the end of care."""
    if said.encounter not in {"in-progress", "finished"} or referral.answered_at is None:
        return None
    ended = {"end": instant(max(said.ended_at, referral.answered_at))} if said.ended_at else {}
    return {"start": instant(referral.answered_at), **ended}


def _hanging_on(message: Message, request: Entry, header: Resource) -> list[Entry]:
    """The request and all that it and our header refer to, through others too, so that no reference is loose."""
    found, seen = [request], {request.position, message.header.position}
    resources = [header, request.resource]
    for resource in resources:
        for reference in _references(resource):
            other = message.by_reference.get(reference)
            if other is not None and other.position not in seen:
                found.append(other)
                resources.append(other.resource)
                seen.add(other.position)
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _entry(url: str, resource: Resource, now: datetime) -> dict[str, Any]:
    """Every resource of an answer says when it was last changed, as BaRS asks."""
    meta = {"lastUpdated": instant(now), **resource.get("meta", {})}
    entry = {"resource": {**resource, "meta": meta}}
    return {"fullUrl": url, **entry} if url else entry


def _urn(resource_id: str | UUID) -> str:
    return f"urn:uuid:{resource_id}"
