"""What happened at the client's: one entry, from which everything else follows."""

from collections.abc import Sequence
from uuid import UUID

from services.caseload.domain.care_contact import (
    CareActivity,
    CareContact,
    NewCareContact,
    NewNote,
    Note,
    NoteOfAnotherContact,
    VisitAlreadyRecorded,
)
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.wound import ContactOfAnotherClient, NewMeasurement, NewWound, Wound, WoundMeasurement
from services.caseload.events import CareContactRecorded, Segment, WoundMeasured
from services.caseload.store import records, surgery
from services.caseload.usecases.lend import require_there
from services.common.db import Transaction
from services.common.types import day_in_england


async def record_care_contact(tx: Transaction, new: NewCareContact) -> tuple[CareContact, list[CareActivity]]:
    """Record a contact with its segments and its note. Raises `NotInCareThen`, `NotInTheTeam`
    or `VisitAlreadyRecorded`."""
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    by, on = tx.actor.employee_id, day_in_england(new.started_at)
    episode.require_in_care(on)
    await require_there(tx, episode.team_id, new.started_at, {"/body/employee_id": new.employee_id})
    contact = CareContact.recorded(new, episode, by, tx.now)
    async with tx.refusing({"one_contact_per_visit": VisitAlreadyRecorded}):
        tx.add(contact)
    activities = [CareActivity.of(contact, segment, position) for position, segment in enumerate(new.segments)]
    tx.session.add_all(activities)
    if new.note is not None and new.note_id is not None:
        tx.add(Note.on(contact, NewNote(id=new.note_id, words=new.note), by, tx.now))
    share_id = await surgery.share_covering(tx, episode.id, on)
    _tell_of_contact(tx, contact, activities, share_id)
    return contact, activities


def _tell_of_contact(
    tx: Transaction, contact: CareContact, activities: Sequence[CareActivity], share_id: UUID | None
) -> None:
    recorded = CareContactRecorded(
        care_contact_id=contact.id,
        client_id=contact.client_id,
        episode_of_care_id=contact.episode_of_care_id,
        referral_id=contact.referral_id,
        team_id=contact.team_id,
        visit_id=contact.visit_id,
        employee_id=contact.employee_id,
        channel=contact.channel,
        started_at=contact.started_at,
        minutes=contact.minutes,
        segments=[
            Segment(care_activity_id=activity.id, activity_type=activity.activity_type, minutes=activity.minutes)
            for activity in activities
        ],
        surgery_share_id=share_id,
    )
    tx.publish(recorded, about=contact)


async def add_note(tx: Transaction, care_contact_id: UUID, new: NewNote) -> Note:
    """Add a note, or amend one: what was written before stays beside it. Raises `NoteOfAnotherContact`."""
    contact = await tx.get(CareContact, care_contact_id)
    if new.amends_id is not None and not await records.is_note_of(tx, new.amends_id, contact):
        raise NoteOfAnotherContact
    note = Note.on(contact, new, tx.actor.employee_id, tx.now)
    tx.add(note)
    return note


async def find_wound(tx: Transaction, new: NewWound) -> Wound:
    """A wound is found, before it is measured."""
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    wound = Wound.found(new, episode, tx.actor.employee_id, tx.now)
    tx.add(wound)
    return wound


async def measure_wound(
    tx: Transaction, wound_id: UUID, new: NewMeasurement
) -> tuple[Wound, Sequence[WoundMeasurement]]:
    """Measure a wound; its trend is every area so far, oldest first. Raises `ContactOfAnotherClient`."""
    wound = await add_measurement(tx, wound_id, new)
    await tx.session.flush()
    return wound, await records.measurements(tx, wound.id)


async def add_measurement(tx: Transaction, wound_id: UUID, new: NewMeasurement) -> Wound:
    """One more measuring of a wound. Raises `ContactOfAnotherClient`."""
    wound = await tx.get(Wound, wound_id, lock=True)
    if new.care_contact_id is not None and not await records.is_contact_with(tx, new.care_contact_id, wound.client_id):
        raise ContactOfAnotherClient
    measurement = WoundMeasurement.of(wound, new, tx.actor.employee_id)
    tx.add(measurement)
    wound.changed_at = tx.now
    measured = WoundMeasured(
        wound_id=wound.id,
        measurement_id=measurement.id,
        client_id=wound.client_id,
        team_id=wound.team_id,
        area_mm2=measurement.area_mm2,
        measured_at=measurement.measured_at,
    )
    tx.publish(measured, about=wound)
    return wound


async def read_wound(tx: Transaction, wound_id: UUID) -> tuple[Wound, Sequence[WoundMeasurement]]:
    wound = await tx.get(Wound, wound_id)
    return wound, await records.measurements(tx, wound.id)
