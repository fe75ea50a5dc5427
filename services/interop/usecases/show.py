"""Showing the record as FHIR: kept up to date by events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.db import Transaction
from services.interop.domain.colleague import Colleague
from services.interop.domain.delivery import CouncilDelivery
from services.interop.domain.record import Client, ClientRecord, Referral
from services.interop.domain.safety import RaisedAlert, SentHandover
from services.interop.domain.share import Share
from services.interop.fhir import mapping
from services.interop.fhir.mapping import care, parts, safety, sharing
from services.interop.fhir.writing.sent import identified
from services.interop.store import council, messages, resources, stays


@dataclass(frozen=True)
class Visit:
    """A planned visit as roster tells it. Its version, which orders the news of it, is the event's."""

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    starts_at: datetime
    ends_at: datetime
    channel: str


@dataclass(frozen=True)
class Introduction:
    """Social prescribing as caseload tells it. Its version, which orders the news of it, is the event's."""

    introduction_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    accepted_on: date
    introduced_by: UUID | None


async def show_record(tx: Transaction, record: ClientRecord) -> None:
    """Bring everything that is shown of one client to the owner's current state."""
    inbound = [referral.inbound_referral_id for referral in record.referral if referral.inbound_referral_id]
    written = await messages.written(tx, inbound)
    await resources.put(tx, mapping.of_record(record, await messages.references(tx, inbound), written))
    await _take_stays_along(tx, record.client)
    if tx.rebuilding:
        await _show_sharing(tx, record.client.id)


async def show_colleague(tx: Transaction, colleague: Colleague) -> None:
    """Bring somebody who works for the teams, their places and those teams to the owner's current state."""
    await resources.put(tx, mapping.of_colleague(colleague))


async def _take_stays_along(tx: Transaction, client: Client) -> None:
    """A client's stays in hospital are seen by the team that cares for them now."""
    left = await stays.with_another_team(tx, client.id, client.team_id)
    for stay in left:
        stay.team_id, stay.changed_at = client.team_id, tx.now
    about: dict[str, Any] = {"team_id": client.team_id, "client_id": client.id, "owner_version": 0}
    told = [identified(orjson.loads(stay.written), str(stay.id)) for stay in left]
    if told:
        await resources.write(tx, [parts.projected(content, **about) for content in told])


async def show_referral(tx: Transaction, referral: Referral) -> None:
    """Show a referral that has no client yet."""
    inbound_id = referral.inbound_referral_id
    references = await messages.references(tx, [inbound_id] if inbound_id else [])
    written = await messages.written(tx, [inbound_id] if inbound_id else [])
    told = (references.get(inbound_id), written.get(inbound_id)) if inbound_id else (None, None)
    await resources.put(tx, [mapping.of_referral(referral, *told)])


async def show_visit(tx: Transaction, visit: Visit, status: str) -> None:
    """Show a visit as an Appointment."""
    told = {name: value for name, value in vars(visit).items() if name != "team_id"}
    content = care.appointment(**told, status=status)
    shown = parts.projected(content, team_id=visit.team_id, client_id=visit.client_id, owner_version=tx.event_version)
    await resources.put(tx, [shown])


async def show_introduction(tx: Transaction, introduction: Introduction) -> None:
    """Show the GP that a client was referred to social prescribing, and how far that has come (row 3.19)."""
    told = {name: value for name, value in vars(introduction).items() if name != "team_id"}
    about: dict[str, Any] = {"team_id": introduction.team_id, "client_id": introduction.client_id}
    content = care.social_prescribing(**told)
    await resources.put(tx, [parts.projected(content, **about, owner_version=tx.event_version)])


async def show_shares(tx: Transaction, shares: Sequence[Share]) -> None:
    """Show what clients agreed to share, each as a Consent."""
    made = [
        parts.projected(sharing.consent(one), team_id=one.team_id, client_id=one.client_id, owner_version=one.version)
        for one in shares
    ]
    await resources.put(tx, made)


async def show_told(tx: Transaction, deliveries: Sequence[CouncilDelivery]) -> None:
    """Show of what councils have now that it was told them, each fact as a Communication.

    The answer to a council's own referral is told under no share, and seen in the referral.
    """
    made = [
        parts.projected(
            sharing.communication(one, one.client_id, one.share_id),
            team_id=one.team_id,
            client_id=one.client_id,
            owner_version=mapping.WRITTEN_ONCE,
        )
        for one in deliveries
        if one.client_id is not None and one.share_id is not None
    ]
    await resources.put(tx, made)


async def _show_sharing(tx: Transaction, client_id: UUID) -> None:
    """What was agreed and told before it was shown."""
    shares = await tx.all(await council.shares(tx, client_id=client_id))
    await show_shares(tx, shares)
    for share in shares:
        if not await council.is_keyed_by_hand(tx, share.connection_id):
            await show_told(tx, await tx.all(await council.sent_under(tx, share.id)))


async def show_alert(tx: Transaction, alert: RaisedAlert) -> None:
    """Show what is late as a Flag, as far as it concerns others than the team."""
    if alert.kind in safety.TOLD_OUTSIDE:
        await _show_safety(tx, alert, safety.flag(alert))


async def show_handover(tx: Transaction, handover: SentHandover) -> None:
    """Show as a Task that a service outside was asked to look after a client, and what became of it."""
    await _show_safety(tx, handover, safety.handover_task(handover))


async def _show_safety(tx: Transaction, fact: RaisedAlert | SentHandover, content: parts.Content) -> None:
    about: dict[str, Any] = {"team_id": fact.team_id, "client_id": fact.client_id}
    await resources.put(tx, [parts.projected(content, **about, owner_version=tx.event_version)])
