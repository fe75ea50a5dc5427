"""Queries about what is to be written into SystmOne units."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.resource import Resource
from services.interop.domain.unit_entry import SETTLED, Outcome, UnitEntry, UnitEntryState, UnitTake
from services.interop.fhir import tokens

AT_ONCE = 100
GIVEN_BACK_KEPT = 10


async def is_queued(tx: Transaction, care_contact_id: UUID) -> bool:
    return bool(await tx.session.scalar(select(exists().where(col(UnitEntry.care_contact_id) == care_contact_id))))


async def next_waiting(tx: Transaction, team_ids: Collection[UUID]) -> UnitEntry | None:
    """The entry of these teams that has waited for longest, locked; none of a client of whom an agent has one."""
    held: Any = aliased(UnitEntry)
    is_busy = exists().where(held.client_id == col(UnitEntry.client_id), held.state == UnitEntryState.TAKEN)
    waiting = select(UnitEntry).where(
        col(UnitEntry.team_id).in_(team_ids), col(UnitEntry.state) == UnitEntryState.WAITING, ~is_busy
    )
    first = waiting.order_by(col(UnitEntry.id)).limit(1).with_for_update()
    found: UnitEntry | None = (await tx.session.execute(first)).scalar_one_or_none()
    return found


async def has_one(tx: Transaction, device: str, team_ids: Collection[UUID]) -> bool:
    """Whether the caller has an entry of these teams on this PC."""
    theirs = (
        select(UnitEntry)
        .join(UnitTake, col(UnitTake.id) == col(UnitEntry.take_id))
        .where(col(UnitEntry.team_id).in_(team_ids), col(UnitEntry.state) == UnitEntryState.TAKEN)
        .where(col(UnitTake.subject) == tx.actor.subject, col(UnitTake.device) == device)
    )
    return bool(await tx.session.scalar(select(theirs.exists())))


async def of_teams(tx: Transaction, unit_entry_id: UUID, team_ids: Collection[UUID]) -> UnitEntry | None:
    """One entry of these teams, locked."""
    wanted = select(UnitEntry).where(col(UnitEntry.id) == unit_entry_id, col(UnitEntry.team_id).in_(team_ids))
    found: UnitEntry | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found


async def take(tx: Transaction, take_id: UUID, entry: UnitEntry) -> UnitTake | None:
    """A take of this entry by the caller."""
    wanted = select(UnitTake).where(
        col(UnitTake.id) == take_id, col(UnitTake.unit_entry_id) == entry.id, col(UnitTake.subject) == tx.actor.subject
    )
    found: UnitTake | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def takes(tx: Transaction, unit_entry_id: UUID) -> Sequence[UnitTake]:
    """Each time that an agent was handed the entry, the first one first."""
    wanted = select(UnitTake).where(col(UnitTake.unit_entry_id) == unit_entry_id)
    return await tx.all(wanted.order_by(col(UnitTake.id)))


async def forget_given_back(tx: Transaction, unit_entry_id: UUID) -> None:
    """A PC at which nobody is logged in takes the same entry all night: the last such takes are enough."""
    given_back = select(col(UnitTake.id)).where(
        col(UnitTake.unit_entry_id) == unit_entry_id, col(UnitTake.outcome) == Outcome.NOT_TRIED
    )
    older = given_back.order_by(col(UnitTake.id).desc()).offset(GIVEN_BACK_KEPT)
    await tx.session.execute(delete(UnitTake).where(col(UnitTake.id).in_(older)))


async def leases_over(tx: Transaction) -> Sequence[UnitEntry]:
    """Entries that nobody answered for in time, locked; the first of them."""
    over = (col(UnitEntry.state) == UnitEntryState.TAKEN, col(UnitEntry.until_at) <= tx.now)
    wanted = select(UnitEntry).where(*over).order_by(col(UnitEntry.until_at)).limit(AT_ONCE)
    return await tx.all(wanted.with_for_update(skip_locked=True))


async def held(tx: Transaction, client_id: UUID) -> Sequence[UnitEntry]:
    """What is held of a client's, locked."""
    theirs = (col(UnitEntry.client_id) == client_id, col(UnitEntry.state) == UnitEntryState.HELD)
    return await tx.all(select(UnitEntry).where(*theirs).order_by(col(UnitEntry.id)).with_for_update())


async def listed(tx: Transaction, *, client_id: UUID | None, state: UnitEntryState | None) -> Select[Any]:
    wanted = select(UnitEntry).where(await tx.visible(UnitEntry))
    wanted = wanted if client_id is None else wanted.where(col(UnitEntry.client_id) == client_id)
    return wanted if state is None else wanted.where(col(UnitEntry.state) == state)


def of_unit(team_id: UUID, state: UnitEntryState | None) -> Select[Any]:
    wanted = select(UnitEntry).where(col(UnitEntry.team_id) == team_id)
    return wanted if state is None else wanted.where(col(UnitEntry.state) == state)


async def open_counts(tx: Transaction, team_ids: Collection[UUID]) -> Sequence[Any]:
    """For each team and state that somebody or something waits for: how many, and since when the oldest stands so."""
    states = [one for one in UnitEntryState if one not in SETTLED]
    by = (col(UnitEntry.team_id), col(UnitEntry.state))
    since = func.min(col(UnitEntry.changed_at)).label("since")
    wanted = select(*by, func.count().label("entries"), since).where(
        col(UnitEntry.team_id).in_(team_ids), col(UnitEntry.state).in_(states)
    )
    return await tx.rows(wanted.group_by(*by))


class Standing(NamedTuple):
    """Where the entry for a contact stands."""

    state: str
    reason: str | None
    id: UUID


async def of_contacts(tx: Transaction, care_contact_ids: Collection[UUID]) -> Mapping[UUID, Standing]:
    """The entries for these contacts, by the contact's id."""
    columns = (col(UnitEntry.care_contact_id), col(UnitEntry.state), col(UnitEntry.reason), col(UnitEntry.id))
    rows = await tx.rows(select(*columns).where(col(UnitEntry.care_contact_id).in_(care_contact_ids)))
    return {row[0]: Standing(*row[1:]) for row in rows}


async def encounter(tx: Transaction, care_contact_id: UUID) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The contact as FHIR, and what its owner says beside it."""
    wanted = select(col(Resource.content), col(Resource.facts)).where(
        col(Resource.resource_type) == "Encounter", col(Resource.resource_id) == care_contact_id
    )
    rows = await tx.rows(wanted)
    return (rows[0][0], rows[0][1]) if rows and rows[0][1] else None


async def place(tx: Transaction, employee_id: UUID, team_id: UUID) -> dict[str, Any] | None:
    """The one place that somebody has or had in this team."""
    (theirs,) = tokens.of_reference("practitioner", {"reference": f"Practitioner/{employee_id}"})
    wanted = select(col(Resource.content)).where(
        col(Resource.resource_type) == "PractitionerRole",
        col(Resource.team_id) == team_id,
        col(Resource.tokens).contains([theirs]),
    )
    found: dict[str, Any] | None = (await tx.session.execute(wanted.limit(1))).scalar_one_or_none()
    return found
