"""A trust writes a referral: it is told to the team that it is for, and can be put right until the team has decided."""

from collections.abc import Mapping
from uuid import UUID

import orjson

from services.common.db import Transaction
from services.interop.domain.inbound import InboundReferral, ReferralOutcome, ServiceEndpoint
from services.interop.domain.resource import Resource
from services.interop.fhir import systems, values
from services.interop.fhir.writing.refusals import NotKnownHere, NotTaken, NotTheWriters
from services.interop.fhir.writing.sent import Content, Sent
from services.interop.partners.trusts import referral
from services.interop.store import messages
from services.interop.usecases.receive import tell_of_change, tell_of_receipt
from services.interop.usecases.write.told import Told, patient_named, shown


class AlreadyDecided(NotTaken):
    """A decision of the team's is not undone from outside."""

    status = 409
    issue_type = "conflict"
    way_out = "The team has answered this referral already. Ring the team, or write a new one."


class SomebodyElse(NotTaken):
    way_out = "A change leaves whom a referral is about as it was. Ring the team if it is about somebody else."


class AnotherService(NotTaken):
    way_out = "A change leaves the service that a referral is for as it was. Write a new one for another service."


async def create(tx: Transaction, sent: Sent, referral_id: UUID, message_id: UUID) -> Told:
    """Raises a `NotTaken`."""
    referral.require_referral(sent)
    endpoint = await _service(tx, sent)
    understood, warnings = referral.understand(sent, await _patient(tx, sent, endpoint.team_id), tx.today)
    made = InboundReferral.of(await messages.message(tx, message_id), endpoint.team_id, understood)
    made.id, made.written = referral_id, _text(sent)
    tx.add(made)
    item = shown(sent, _known_as(sent, made), made.id, made.team_id, None)
    await tx.session.flush()
    tell_of_receipt(tx, made)
    return Told(item, made.referrer_ods_code, warnings)


async def change(tx: Transaction, kept: Resource, sent: Sent, message_id: UUID) -> Told:
    """Why the person is referred, and how urgently. Raises a `NotTaken`."""
    made = await messages.inbound_referral(tx, kept.resource_id)
    if made is None or made.written is None or await messages.sender_of(tx, made.message_id) != tx.actor.subject:
        raise NotTheWriters(sent.at)
    if made.outcome != ReferralOutcome.WAITING:
        raise AlreadyDecided(sent.at)
    referral.require_referral(sent)
    _require_same(sent, kept, orjson.loads(made.written))
    if (await _service(tx, sent)).team_id != made.team_id:
        raise AnotherService(f"{sent.at}.performer")
    nobody = Sent({"resourceType": "Patient"}, sent.at)
    understood, _ = referral.understand(sent, nobody, tx.today)
    made.reason, made.urgency, made.written, made.changed_at = (
        understood.reason,
        understood.urgency,
        _text(sent),
        tx.now,
    )
    item = shown(sent, _known_as(sent, made), made.id, made.team_id, kept.client_id)
    await tx.session.flush()
    tell_of_change(tx, made)
    return Told(item, made.referrer_ods_code)


def _require_same(sent: Sent, kept: Resource, written: Content) -> None:
    """Raises `SomebodyElse`."""
    if referral.whom(sent.content) not in {referral.whom(kept.content), referral.whom(written)}:
        raise SomebodyElse(f"{sent.at}.subject")


async def _service(tx: Transaction, sent: Sent) -> ServiceEndpoint:
    """Raises `NoService` or `NotKnownHere`."""
    named = referral.services_of(sent)
    known = await messages.endpoints(tx, [value for system, value in named if system == systems.DOS_SERVICE])
    of_teams = values.uuids(value for system, value in named if system == systems.TEAM)
    teams = await messages.endpoints_of_teams(tx, of_teams)
    for system, value in named:
        found = known.get(value) if system == systems.DOS_SERVICE else _of_team(teams, value)
        if found is not None:
            return found
    raise NotKnownHere(f"{sent.at}.performer")


def _of_team(known: Mapping[UUID, ServiceEndpoint], text: str) -> ServiceEndpoint | None:
    return next((known[one] for one in values.uuids([text]) if one in known), None)


async def _patient(tx: Transaction, sent: Sent, team_id: UUID) -> Sent:
    """As it is contained, or as it is known here. What one team knows of a client is not told to another by a referral.

    Raises `NoPerson` or `NotKnownHere`.
    """
    subject = sent.content["subject"]
    held = sent.contained(subject)
    if held is not None and held.kind == "Patient":
        return held
    known = await patient_named(tx, subject, f"{sent.at}.subject")
    if known is None:
        raise referral.NoPerson(f"{sent.at}.subject")
    if known.team_id != team_id:
        raise NotKnownHere(f"{sent.at}.subject")
    return Sent(known.content, f"{sent.at}.subject")


def _known_as(sent: Sent, made: InboundReferral) -> Content:
    """With the reference by which people on both sides name it."""
    ours = {"system": systems.REFERRAL_REFERENCE, "value": made.reference}
    theirs = [one for one in sent.content.get("identifier", []) if one.get("system") != systems.REFERRAL_REFERENCE]
    return {**sent.content, "identifier": [*theirs, ours]}


def _text(sent: Sent) -> str:
    return orjson.dumps(sent.content).decode()
