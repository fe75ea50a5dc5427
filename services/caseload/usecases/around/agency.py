"""Other agencies' care, and whether a visit would fall on one of their calls."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.clients import AgencyCare
from services.caseload.domain.client import Client
from services.caseload.domain.other_care import (
    CareEnding,
    NewOtherCare,
    OtherCare,
    VisitWithoutLength,
    calls_of_day,
)
from services.caseload.events import OtherCareChanged
from services.caseload.events.care import CallTime
from services.caseload.store import around, networks
from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.types import day_in_england


async def arrange_other_care(tx: Transaction, new: NewOtherCare) -> OtherCare:
    """An agency comes to the client at these times."""
    client = await tx.get(Client, new.client_id)
    care = OtherCare.arranged(new, client, tx.actor.employee_id, tx.now)
    tx.add(care)
    await tx.session.flush()
    _tell(tx, care)
    return care


async def hear_of_agency_care(tx: Transaction, told: AgencyCare) -> None:
    """The council says when its agency comes. How our visits lie to that stays as the team wrote it down."""
    client = await tx.get(Client, told.client_id)
    about = {"times": [one.model_dump() for one in told.times], **told.model_dump(exclude={"id", "client_id", "times"})}
    (care,) = await tx.all(select(OtherCare).where(col(OtherCare.id) == told.id).with_for_update()) or (None,)
    if care is None:
        care = OtherCare(
            id=told.id, client_id=client.id, team_id=client.team_id, written_by=None, changed_at=tx.now, **about
        )
        tx.add(care)
    else:
        for name, value in about.items():
            setattr(care, name, value)
        care.changed_at = tx.now
    await tx.session.flush()
    _tell(tx, care)


async def list_other_care(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """What agencies do for one client, or for all that the caller may see."""
    return await page(tx, await around.listed(tx, OtherCare, client_id=client_id), OtherCare, request)


async def read_other_care(tx: Transaction, other_care_id: UUID) -> OtherCare:
    return await tx.get(OtherCare, other_care_id)


async def end_other_care(tx: Transaction, other_care_id: UUID, ending: CareEnding, if_match: int) -> OtherCare:
    """The agency comes no more after that day. Raises `OtherCareAlreadyEnded` or `StepBeforeTheLast`."""
    care = await around.for_change(tx, OtherCare, other_care_id, if_match)
    care.end(ending, tx.now)
    await tx.session.flush()
    _tell(tx, care)
    return care


def _tell(tx: Transaction, care: OtherCare) -> None:
    changed = OtherCareChanged(
        other_care_id=care.id,
        client_id=care.client_id,
        team_id=care.team_id,
        times=[CallTime(**each) for each in care.times],
        from_on=care.from_on,
        until_on=care.until_on,
        beside=care.beside,
    )
    tx.publish(changed, about=care)


async def calls_at_client(
    tx: Transaction, client_id: UUID, on: date | None, starts_at: datetime | None, minutes: int | None
) -> dict[str, Any]:
    """Who else is with the client on a day; with a visit's beginning and length, whether it would overlap.

    Raises `VisitWithoutLength`.
    """
    if (starts_at is None) != (minutes is None):
        raise VisitWithoutLength
    client = await tx.get(Client, client_id)
    day = on or (day_in_england(starts_at) if starts_at else tx.today)
    calls = calls_of_day(await networks.agencies_around(tx, client.id, day), day)
    ends_at = starts_at + timedelta(minutes=minutes) if starts_at and minutes else None
    return {
        "client_id": client.id,
        "on": day,
        "items": [
            {
                "other_care_id": call.care.id,
                "agency": call.care.agency,
                "phone": call.care.phone,
                "kind": call.care.kind,
                "starts_at": call.starts_at,
                "ends_at": call.ends_at,
                "overlaps": call.overlaps(starts_at, ends_at) if starts_at and ends_at else None,
            }
            for call in calls
        ],
    }
