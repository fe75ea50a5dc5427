"""A trust writes that a client is to come into hospital, is there, or has left: their team hears of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.db import Transaction
from services.common.types import day_in_england
from services.interop.domain.hospital_stay import HospitalStay
from services.interop.domain.resource import Resource
from services.interop.events import HospitalStayTold
from services.interop.fhir.writing.refusals import NotTaken, NotTheWriters
from services.interop.fhir.writing.sent import Content, Sent
from services.interop.partners.trusts import stay
from services.interop.store import stays
from services.interop.usecases.write.told import Told, patient_named, shown


class NoClient(NotTaken):
    issue_type = "required"
    way_out = "Say whose stay it is: refer to a Patient by the id here, or by an identifier, which is an NHS number."


class AnotherClient(NotTaken):
    way_out = "A change leaves whose stay it is as it was. Set this one to entered-in-error, and write the other anew."


async def create(tx: Transaction, sent: Sent, stay_id: UUID, message_id: UUID) -> Told:
    """Raises a `NotTaken`."""
    told, patient = stay.understand(sent, tx.now), await _patient(tx, sent)
    await tx.take_turns(patient.resource_id)
    about: dict[str, Any] = {"client_id": patient.resource_id, "team_id": patient.team_id, "told_by": tx.actor.subject}
    content = _of(sent, patient)
    made = HospitalStay(id=stay_id, **about, status=told.status, message_id=message_id, written="", changed_at=tx.now)
    tx.add(made.tell(told, orjson.dumps(content).decode(), message_id, tx.now))
    return await _kept(tx, sent, content, made)


async def change(tx: Transaction, kept: Resource, sent: Sent, message_id: UUID) -> Told:
    """What came of it, or other times. Raises a `NotTaken`."""
    await tx.take_turns(kept.client_id)
    made = await stays.stay(tx, kept.resource_id)
    if made is None or made.told_by != tx.actor.subject:
        raise NotTheWriters(sent.at)
    told, patient = stay.understand(sent, tx.now), await _patient(tx, sent)
    if patient.resource_id != made.client_id:
        raise AnotherClient(f"{sent.at}.subject")
    if not made.may_become(told.status):
        raise stay.CannotFollow(f"{sent.at}.status")
    content = _of(sent, patient)
    made.tell(told, orjson.dumps(content).decode(), message_id, tx.now)
    return await _kept(tx, sent, content, made)


async def _kept(tx: Transaction, sent: Sent, content: Content, made: HospitalStay) -> Told:
    item = shown(sent, content, made.id, made.team_id, made.client_id)
    await tx.session.flush()
    told = HospitalStayTold(
        hospital_stay_id=made.id,
        client_id=made.client_id,
        team_id=made.team_id,
        status=made.status,
        is_in_hospital=await stays.is_in_hospital(tx, made.client_id),
        starts_on=_day(made.starts_at),
        ends_on=_day(made.ends_at),
        hospital_ods_code=made.hospital_ods_code,
    )
    tx.publish(told, about=made)
    return Told(item, made.hospital_ods_code)


async def _patient(tx: Transaction, sent: Sent) -> Resource:
    """Raises `NoClient` or `NotKnownHere`."""
    found = await patient_named(tx, sent.content.get("subject", {}), f"{sent.at}.subject")
    if found is None:
        raise NoClient(f"{sent.at}.subject")
    return found


def _of(sent: Sent, patient: Resource) -> Content:
    """The subject as it was named, and by the id here, so that it is found by it."""
    return {**sent.content, "subject": {**sent.content["subject"], "reference": f"Patient/{patient.resource_id}"}}


def _day(at: datetime | None) -> date | None:
    return None if at is None else day_in_england(at)
