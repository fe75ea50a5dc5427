"""What is to be written into SystmOne: for the agent that writes it, for the team, and for who looks after both."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.common.db import Transaction
from services.common.http import ByNurse, IfMatch, TransactionRoute, api_router, etag, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.interop.api.callers import ByOps, ByUnitAgent
from services.interop.domain.unit_entry import Outcome, Settled, ToldOutcome, UnitEntryState, Wanted
from services.interop.usecases import unit_entries
from services.interop.usecases.unit_entries.take import Handed


class TakeRoute(TransactionRoute):
    """What was told of somebody is told again by its key only to who still has it to write."""

    async def give_again(self, request: Request, transaction: Transaction, kept: Response) -> None:
        """Raises `NoUnitOfYours` or `TakeIsOver`."""
        (taken,) = TakenIds.model_validate_json(bytes(kept.body)).items or [TakenId()]
        units = request.app.state.settings.systmone_writes
        await unit_entries.take_again(transaction, taken.id, taken.take_id, units)


taking = APIRouter(prefix="/v1", tags=["systmone"], route_class=TakeRoute)
router = api_router(tags=["systmone"])


class PatientShape(Answer):
    """Whom to write of: the number and the birth date find them, and the name says whether it is them."""

    nhs_number: str
    birth_on: date
    family_name: str


class WriterShape(Answer):
    """Who made the contact. SystmOne's own entry is by whoever is logged in on the PC."""

    employee_id: UUID
    given_name: str | None
    family_name: str | None
    role: str | None


class SpentShape(Answer):
    activity_type: str
    minutes: int


class CodedShape(Answer):
    """A code of the Omaha System, with its term where it is of this edition."""

    code: str
    term: str | None


class ContactShape(Answer):
    """A contact as it is to be written. `problems` are those that the team works on in this episode of care;
    `interventions` are `category.target`, as they were ticked in this contact. Words of notes are not told."""

    patient: PatientShape
    started_at: datetime
    minutes: int
    channel: str
    place: str | None
    activities: list[SpentShape]
    by: WriterShape
    omaha_edition: str
    problems: list[CodedShape]
    interventions: list[CodedShape]


class TakenShape(Answer):
    """One entry for the agent that took it, until `until_at`; it reports by `id` and `take_id`."""

    id: UUID
    take_id: UUID
    until_at: datetime
    unit: str
    care_contact_id: UUID
    contact: ContactShape


class TakenEntries(Answer):
    """The entry that was taken, or nothing where none waits."""

    items: list[TakenShape]


class TakenId(BaseModel):
    """What a kept answer says was taken."""

    id: UUID | None = None
    take_id: UUID | None = None


class TakenIds(BaseModel):
    items: list[TakenId]


class AnsweredShape(Answer):
    """Where an entry stands after a report."""

    id: UUID
    state: UnitEntryState


class EntryShape(Answer):
    """One contact for the team's unit. `reason` says why it is not there: a word of the agent's such as
    `patient_not_found`, with SystmOne's own number in `system_code`; `no_answer`; or what is missing here, such as
    `no_nhs_number`. `until_at` is when an agent that has it must have answered."""

    id: UUID
    version: int
    team_id: UUID
    client_id: UUID
    care_contact_id: UUID
    started_at: datetime
    state: UnitEntryState
    reason: str | None
    system_code: str | None
    until_at: datetime | None
    written_at: datetime | None
    settled_by: UUID | None
    settled_at: datetime | None


class TakeShape(Answer):
    """One time that an agent had the entry, on which PC, and what it said."""

    id: UUID
    device: str
    taken_at: datetime
    until_at: datetime
    outcome: Outcome | None
    reason: str | None
    system_code: str | None
    answered_at: datetime | None


class ReadEntryShape(EntryShape):
    takes: list[TakeShape]


class StandsShape(Answer):
    state: UnitEntryState
    entries: int
    since: datetime


class UnitShape(Answer):
    """A unit that is written into: what waits there, for the agent or for somebody of the team."""

    unit: str
    team_id: UUID
    agent: str
    stands: list[StandsShape]


class Units(Answer):
    items: list[UnitShape]


class UnitEntryShape(Answer):
    """An entry without whose it is."""

    id: UUID
    state: UnitEntryState
    reason: str | None
    system_code: str | None
    changed_at: datetime


State = Annotated[UnitEntryState | None, Query(description="Only those that stand so, such as `unknown`.")]


@taking.post("/systmone-entries/take", response_model=TakenEntries)
async def take_entry(tx: ByUnitAgent, body: Wanted, request: Request) -> object:
    """Take the next contact that is to be written into the caller's unit; nothing where none waits.

    For the system that `INTEROP_SYSTMONE_WRITES` names, with the scope `systmone-entries:write`. Where the answer is
    lost, the same again with the same `Idempotency-Key` gives it again, until `until_at` or a report. A PC has one at a
    time.
    """
    handed = await unit_entries.take_entry(tx, body.device, request.app.state.settings.systmone_writes)
    return {"items": [] if handed is None else [_handed(handed)]}


def _handed(handed: Handed) -> dict[str, Any]:
    entry, take = handed.entry, handed.take
    about = {"id": entry.id, "take_id": take.id, "until_at": take.until_at, "unit": handed.unit}
    return {**about, "care_contact_id": entry.care_contact_id, "contact": handed.contact}


@router.post("/systmone-entries/{unit_entry_id}/outcome", response_model=AnsweredShape)
async def hear_outcome(tx: ByUnitAgent, unit_entry_id: UUID, body: ToldOutcome, request: Request) -> object:
    """Say what became of an entry that was taken: written, refused with a reason, or not tried. It may come late."""
    return await unit_entries.hear_outcome(tx, unit_entry_id, body, request.app.state.settings.systmone_writes)


@router.get("/systmone-entries", response_model=Page[EntryShape])
async def list_entries(tx: ByNurse, page: Asked, client_id: UUID | None = None, state: State = None) -> object:
    """What is, or is to be, written into SystmOne of the caller's clients' contacts."""
    return await unit_entries.list_entries(tx, page, client_id=client_id, state=state)


@router.get("/systmone-entries/{unit_entry_id}", response_model=ReadEntryShape)
async def read_entry(tx: ByNurse, unit_entry_id: UUID, response: Response) -> object:
    """One entry: where it stands and why, and each time that an agent had it."""
    entry, takes = await unit_entries.read_entry(tx, unit_entry_id)
    etag(response, entry)
    return {**EntryShape.model_validate(entry).model_dump(), "takes": takes}


@router.post("/systmone-entries/{unit_entry_id}/settle", response_model=EntryShape)
async def settle_entry(tx: ByNurse, unit_entry_id: UUID, version: IfMatch, body: Settled, response: Response) -> object:
    """Say after a look into SystmOne that the contact is `there` (once) or `not_there`, by which it waits again; or
    `leave_out` what is not to be there."""
    return tagged(await unit_entries.settle_entry(tx, unit_entry_id, version, body.found), response)


@router.post("/systmone-entries/{unit_entry_id}/send", response_model=EntryShape)
async def send_entry(tx: ByNurse, unit_entry_id: UUID, version: IfMatch, response: Response) -> object:
    """Let what was refused, held or left out be written now."""
    return tagged(await unit_entries.send_entry(tx, unit_entry_id, version), response)


@router.get("/systmone-units", response_model=Units)
async def list_units(tx: ByOps, request: Request) -> object:
    """The units that are written into, with how many entries wait there and since when."""
    return {"items": await unit_entries.look_at_units(tx, request.app.state.settings.systmone_writes)}


@router.get("/systmone-units/{team_id}/entries", response_model=Page[UnitEntryShape])
async def list_unit_entries(tx: ByOps, team_id: UUID, page: Asked, state: State = None) -> object:
    """The entries of one unit, by their ids and without whose they are."""
    return await unit_entries.list_unit_entries(tx, team_id, page, state)
