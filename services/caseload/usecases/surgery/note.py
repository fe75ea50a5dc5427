"""Notes to and fro, each with what its author works as, and seen by the side that it is for."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.surgery_note import AmendsNoNoteOfOnes, NewSurgeryNote, Side, SurgeryNote
from services.caseload.domain.surgery_share import NotSharedWithSurgery, SurgeryShare
from services.caseload.store import referrals, surgery
from services.caseload.usecases.surgery.share import side_of
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page


async def write_surgery_note(tx: Transaction, client_id: UUID, new: NewSurgeryNote) -> SurgeryNote:
    """Tell the other side something about a client whom both share, or amend what one's own side told.

    Raises `NotFound`, `NotSharedWithSurgery` or `AmendsNoNoteOfOnes`.
    """
    side = side_of(tx)
    share, role = await _through_seat(tx, client_id) if side is Side.SURGERY else await _of_team(tx, client_id)
    if new.amends_id is not None and not await surgery.note_of_ones_own(tx, new.amends_id, share, side):
        raise AmendsNoNoteOfOnes
    note = SurgeryNote.to_the_other(new, share, side, tx.actor.subject, role, tx.now)
    tx.add(note)
    await tx.session.flush()
    return note


async def read_surgery_notes(tx: Transaction, client_id: UUID, request: PageRequest) -> dict[str, Any]:
    """The notes about a client: all for their team, and for a surgery those with itself. Raises `NotFound`."""
    if side_of(tx) is Side.SURGERY:
        share, _ = await _through_seat(tx, client_id)
        return await page(tx, surgery.notes_to(share), SurgeryNote, request)
    client = await tx.get(Client, client_id)
    return await page(tx, await surgery.notes(tx, client_id=client.id, unseen=False), SurgeryNote, request)


async def list_surgery_notes(tx: Transaction, request: PageRequest, *, unseen: bool) -> dict[str, Any]:
    """The notes of the caller's teams; or those of surgeries that nobody of the team has seen."""
    return await page(tx, await surgery.notes(tx, client_id=None, unseen=unseen), SurgeryNote, request)


async def mark_surgery_note_seen(tx: Transaction, surgery_note_id: UUID, if_match: int) -> SurgeryNote:
    """Raises `NotFound`, `PreconditionFailed`, `NoteOfOnesOwnSide` or `SurgeryNoteAlreadySeen`."""
    side = side_of(tx)
    if side is Side.SURGERY:
        shown = await surgery.note_through_seat(tx, surgery_note_id)
        if shown is None:
            raise NotFound("surgery_note")
        note = shown
    else:
        note = await tx.get(SurgeryNote, surgery_note_id, lock=True)
    require_version(note, if_match)
    note.see(side, tx.actor.subject, tx.now)
    await tx.session.flush()
    return note


async def _through_seat(tx: Transaction, client_id: UUID) -> tuple[SurgeryShare, str]:
    """Raises `NotFound` without a seat that shows this client, whether there is such a client or not."""
    seated = await surgery.seated_for(tx, client_id)
    if seated is None:
        raise NotFound("client")
    seat, share = seated
    return share, seat.role


async def _of_team(tx: Transaction, client_id: UUID) -> tuple[SurgeryShare, str]:
    """Raises `NotFound` or `NotSharedWithSurgery`."""
    client = await tx.get(Client, client_id)
    share = await surgery.share_of(tx, client.id)
    if share is None:
        raise NotSharedWithSurgery
    employee_id = tx.actor.employee_id
    role = await referrals.role_of(tx, client.team_id, employee_id) if employee_id else None
    return share, role or tx.actor.persona
