"""Writing to the GP: what was recorded of a client's day, where the client shares it with their surgery."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from services.common.db import Transaction
from services.common.rulebook import amounts
from services.common.types import day_in_england
from services.interop.domain.gp_document import GpDocument, GpDocumentState, SurgeryShare, leaves_at
from services.interop.domain.record import ClientRecord
from services.interop.domain.rule import RuleCode
from services.interop.store import gp_documents as store


async def write_to_gp(
    tx: Transaction, record: ClientRecord, care_contact_id: UUID, shared_by: UUID | None = None
) -> None:
    """A contact was recorded: it goes into the document about its day, or into the next where that has left.

    Where the client has stopped since what it was `shared_by`, that document is kept as withdrawn.
    """
    contact = next((one for one in record.care_contact if one.id == care_contact_id), None)
    if contact is None:
        return
    day = day_in_england(contact.started_at)
    share = _covering(record.surgery_share, contact.episode_of_care_id, day)
    share = share or next((one for one in record.surgery_share if one.id == shared_by), None)
    if share is None:
        return
    client = record.client
    await tx.take_turns(f"gp-document/{client.id}")
    newest = await store.newest_of_day(tx, client.id, day)
    if newest is None or not _can_take(newest, share):
        told = await store.contacts_told(tx, client.id, day)
        if care_contact_id in told:
            return
        (settling,) = await amounts(tx, tx.today, RuleCode.GP_SETTLING)
        leaves = leaves_at(day, timedelta(minutes=settling), tx.now)
        edition = 1 if newest is None else newest.edition + 1
        newest = GpDocument.begun(
            team_id=client.team_id, client_id=client.id, share=share, day=day, edition=edition, leaves=leaves
        )
        # The whole day is told anew, for the edition before is put away by the surgery.
        newest.contacts = list(told)
        tx.add(newest)
    newest.tells_of(care_contact_id, tx.now)
    if share.stopped_at is not None:
        newest.withdraw(tx.now)


def _covering(shares: Sequence[SurgeryShare], episode_of_care_id: UUID, day: date) -> SurgeryShare | None:
    return next((one for one in shares if one.covers(episode_of_care_id, day)), None)


def _can_take(document: GpDocument, share: SurgeryShare) -> bool:
    """Whether it is still here, and goes by what is shared now."""
    still_here = document.state in (GpDocumentState.WAITING, GpDocumentState.HELD)
    return still_here and document.sends == 0 and document.surgery_share_id == share.id


async def stop_writing_to_gp(tx: Transaction, surgery_share_id: UUID) -> None:
    """The surgery is told nothing more by this share: what waits stays here, and nothing is sent again."""
    for document in await store.of_share(tx, surgery_share_id):
        document.withdraw(tx.now)
