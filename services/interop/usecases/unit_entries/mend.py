"""What the team sees of its unit's entries and does about them, and what who looks after the connection sees."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.interop.domain.systmone_unit import Units
from services.interop.domain.unit_entry import Found, UnitEntry, UnitEntryState, UnitTake
from services.interop.store import unit_entries as store


@dataclass(frozen=True)
class Stands:
    """How many entries stand so, and since when the oldest of them does."""

    state: str
    entries: int
    since: datetime


@dataclass(frozen=True)
class UnitStanding:
    """One unit, with what waits for its agent or for somebody of the team."""

    unit: str
    team_id: UUID
    agent: str
    stands: list[Stands] = field(default_factory=list)


async def list_entries(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, state: UnitEntryState | None
) -> dict[str, Any]:
    """The entries of the caller's teams."""
    return await page(tx, await store.listed(tx, client_id=client_id, state=state), UnitEntry, request)


async def read_entry(tx: Transaction, unit_entry_id: UUID) -> tuple[UnitEntry, Sequence[UnitTake]]:
    """One entry, with each time that an agent was handed it. Raises `NotFound`."""
    entry = await tx.get(UnitEntry, unit_entry_id)
    return entry, await store.takes(tx, entry.id)


async def settle_entry(tx: Transaction, unit_entry_id: UUID, if_match: int, found: Found) -> UnitEntry:
    """Somebody of the team looked into SystmOne, or decided that it is not to be there.

    Raises `NotFound`, `PreconditionFailed` or `WithAnAgent`.
    """
    entry = await tx.get(UnitEntry, unit_entry_id, lock=True)
    require_version(entry, if_match)
    entry.settle(found, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return entry


async def send_entry(tx: Transaction, unit_entry_id: UUID, if_match: int) -> UnitEntry:
    """What was refused or held, now that it is put right, and what was left out, waits again.

    Raises `NotFound`, `PreconditionFailed`, `WithAnAgent` or `LookThereFirst`.
    """
    entry = await tx.get(UnitEntry, unit_entry_id, lock=True)
    require_version(entry, if_match)
    entry.send_again(tx.now)
    await tx.session.flush()
    return entry


async def look_at_units(tx: Transaction, units: Units) -> list[UnitStanding]:
    """Every unit that is written into, with counts, and of nobody's care."""
    found = {one.team_id: UnitStanding(unit, one.team_id, one.agent) for unit, one in sorted(units.items())}
    for row in await store.open_counts(tx, found):
        found[row.team_id].stands.append(Stands(row.state, row.entries, row.since))
    return list(found.values())


async def list_unit_entries(
    tx: Transaction, team_id: UUID, request: PageRequest, state: UnitEntryState | None
) -> dict[str, Any]:
    """The entries of one unit, by their ids: whose they are nobody is told."""
    found = await page(tx, store.of_unit(team_id, state), UnitEntry, request)
    tx.leaves_out(found["items"])
    return found
