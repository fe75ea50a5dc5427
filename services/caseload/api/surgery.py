"""The team and a surgery: the list for the morning huddle, notes both ways, who sits there and whom the team shares."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.caseload.api.callers import ByNurseOrPractice
from services.caseload.api.rendered import tagged
from services.caseload.domain.surgery_note import NewSurgeryNote
from services.caseload.domain.surgery_seat import NewSurgerySeat, OdsCode
from services.caseload.domain.surgery_share import NewSurgeryShare, SurgeryShareStop
from services.caseload.usecases import surgery
from services.common.http import ByNurse, IfMatch, api_router, written
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["surgeries"])


class SurgeryListItem(Answer):
    """What the huddle asks about a client, and nothing else of the record.

    `to_know` is what the team last wrote to the surgery; `unread` counts what the other side wrote and nobody has seen.
    """

    client_id: UUID
    team_id: UUID
    ods_code: str
    given_name: str
    family_name: str
    birth_on: date | None
    nhs_number: str | None
    nhs_number_status: str
    named_nurse_role: str | None
    status: str
    last_contact_on: date | None
    to_know: str | None
    unread: int


class SharedNote(Answer):
    """A note as both sides read it: from which side, and what its author works as there."""

    id: UUID
    version: int
    client_id: UUID
    ods_code: str
    side: str
    words: str
    author_role: str
    written_at: datetime
    amends_id: UUID | None
    seen_at: datetime | None


class SurgeryShareShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    episode_of_care_id: UUID
    ods_code: str
    basis: str
    told_on: date
    shared_by: UUID | None
    stopped_at: datetime | None
    stopped_by: UUID | None
    stop_reason: str | None


class SurgerySeatShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    ods_code: str
    guest: str
    role: str
    given_by: UUID | None
    until_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    ended_by: UUID | None
    ended_at: datetime | None


@router.get("/surgery-list", response_model=Page[SurgeryListItem])
async def read_surgery_list(tx: ByNurseOrPractice, page: Asked, ods_code: OdsCode | None = None) -> object:
    """The clients whom a team shares with their surgery: all of the caller's teams', or of the caller's surgery."""
    return written(await surgery.read_surgery_list(tx, page, SurgeryListItem, ods_code=ods_code))


@router.get("/clients/{client_id}/surgery-notes", response_model=Page[SharedNote])
async def read_surgery_notes(tx: ByNurseOrPractice, client_id: UUID, page: Asked) -> object:
    """What the team and the surgery wrote to each other about a client, oldest first."""
    return await surgery.read_surgery_notes(tx, client_id, page)


@router.post("/clients/{client_id}/surgery-notes", status_code=201, response_model=SharedNote)
async def write_surgery_note(
    tx: ByNurseOrPractice, client_id: UUID, body: NewSurgeryNote, response: Response
) -> object:
    """Write to the other side, or amend what one's own side wrote; the first stays."""
    return tagged(await surgery.write_surgery_note(tx, client_id, body), response)


@router.get("/surgery-notes", response_model=Page[SharedNote])
async def list_surgery_notes(
    tx: ByNurse,
    page: Asked,
    unseen: Annotated[bool, Query(description="Only what surgeries wrote and nobody of the team has seen.")] = False,
) -> object:
    """The notes of the caller's teams, with whichever surgery."""
    return await surgery.list_surgery_notes(tx, page, unseen=unseen)


@router.post("/surgery-notes/{surgery_note_id}/see", response_model=SharedNote)
async def mark_surgery_note_seen(
    tx: ByNurseOrPractice, surgery_note_id: UUID, version: IfMatch, response: Response
) -> object:
    """Somebody of the side that it was written to has read it; it counts as unread no more."""
    return tagged(await surgery.mark_surgery_note_seen(tx, surgery_note_id, version), response)


@router.post("/surgery-shares", status_code=201, response_model=SurgeryShareShape)
async def share_with_surgery(tx: ByNurse, body: NewSurgeryShare, response: Response) -> object:
    """Put a client on their surgery's list, with their consent, or told and not objecting as part of direct care."""
    return tagged(await surgery.share_with_surgery(tx, body), response)


@router.get("/surgery-shares", response_model=Page[SurgeryShareShape])
async def list_surgery_shares(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """Whom the caller's teams share with a surgery, and shared."""
    return await surgery.list_surgery_shares(tx, page, client_id=client_id)


@router.get("/surgery-shares/{surgery_share_id}", response_model=SurgeryShareShape)
async def read_surgery_share(tx: ByNurse, surgery_share_id: UUID, response: Response) -> object:
    """One of them."""
    return tagged(await surgery.read_surgery_share(tx, surgery_share_id), response)


@router.post("/surgery-shares/{surgery_share_id}/stop", response_model=SurgeryShareShape)
async def stop_sharing_with_surgery(
    tx: ByNurse, surgery_share_id: UUID, body: SurgeryShareStop, version: IfMatch, response: Response
) -> object:
    """Take a client off the list at once: they object, went to another surgery, or it is needed no longer."""
    return tagged(await surgery.stop_sharing_with_surgery(tx, surgery_share_id, body, version), response)


@router.post("/surgery-seats", status_code=201, response_model=SurgerySeatShape)
async def give_surgery_seat(tx: ByNurse, body: NewSurgerySeat, response: Response) -> object:
    """Give somebody of a surgery a seat, for the days that the rule `surgery_seat.days` gives, once it is confirmed."""
    return tagged(await surgery.give_surgery_seat(tx, body), response)


@router.get("/surgery-seats", response_model=Page[SurgerySeatShape])
async def list_surgery_seats(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The seats that the caller's teams gave, waiting, in use and ended."""
    return await surgery.list_surgery_seats(tx, page, team_id=team_id)


@router.get("/surgery-seats/{surgery_seat_id}", response_model=SurgerySeatShape)
async def read_surgery_seat(tx: ByNurse, surgery_seat_id: UUID, response: Response) -> object:
    """One seat."""
    return tagged(await surgery.read_surgery_seat(tx, surgery_seat_id), response)


@router.post("/surgery-seats/{surgery_seat_id}/confirm", response_model=SurgerySeatShape)
async def confirm_surgery_seat(tx: ByNurse, surgery_seat_id: UUID, version: IfMatch, response: Response) -> object:
    """Another member of the team has compared the person and the surgery."""
    return tagged(await surgery.confirm_surgery_seat(tx, surgery_seat_id, version), response)


@router.post("/surgery-seats/{surgery_seat_id}/end", response_model=SurgerySeatShape)
async def end_surgery_seat(tx: ByNurse, surgery_seat_id: UUID, version: IfMatch, response: Response) -> object:
    """End a seat at once."""
    return tagged(await surgery.end_surgery_seat(tx, surgery_seat_id, version), response)
