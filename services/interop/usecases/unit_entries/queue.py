"""Queueing: a contact was recorded by a team whose unit is written into."""

from uuid import UUID

from services.common.db import Transaction
from services.interop.domain.record import ClientRecord
from services.interop.domain.unit_entry import UnitEntry
from services.interop.partners.patients import unproved
from services.interop.store import gp_documents
from services.interop.store import unit_entries as store


async def queue_entry(tx: Transaction, record: ClientRecord, care_contact_id: UUID) -> None:
    """Each contact is queued once: nothing in the record changes one, or takes it back."""
    contact = next((one for one in record.care_contact if one.id == care_contact_id), None)
    if contact is None or not record.is_written_there or await store.is_queued(tx, care_contact_id):
        return
    client = record.client
    entry = UnitEntry.of(
        team_id=client.team_id,
        client_id=client.id,
        care_contact_id=care_contact_id,
        started_at=contact.started_at,
        now=tx.now,
    )
    reason = unproved(await gp_documents.patient(tx, client.id))
    if reason is not None:
        entry.hold(reason, tx.now)
    tx.add(entry)


async def release_entries(tx: Transaction, client_id: UUID) -> None:
    """A client's NHS number changed: what was held for want of it waits again, where that is put right."""
    entries = await store.held(tx, client_id)
    if entries and unproved(await gp_documents.patient(tx, client_id)) is None:
        for entry in entries:
            entry.send_again(tx.now)
