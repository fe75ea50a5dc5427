"""What changes hands, or is nobody's any more, is amended in the rota that planned it, so that the two never differ."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from uuid6 import uuid7

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.rota_version.duty import Cell, by_cell
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import Origin, Reason, RotaVersion, VersionState
from services.roster.domain.shift import Shift
from services.roster.domain.swap import OneDutyADay
from services.roster.store import rota_versions, swaps
from services.roster.usecases.rota.load import freeze
from services.roster.usecases.rota.telling import tell_of_published
from services.roster.usecases.rota.version import drafted, write_cells

Moved = Mapping[tuple[UUID, date], UUID | None]


async def hold_rotas(tx: Transaction, shifts: Sequence[Shift]) -> Collection[UUID]:
    """The rotas that planned these, held until the end."""
    versions = {one.rota_version_id for one in shifts if one.rota_version_id is not None}
    found = await swaps.rota_ids(tx, versions) if versions else []
    await tx.take_turns(*found)
    return found


async def amend_rotas(
    tx: Transaction,
    rota_ids: Collection[UUID],
    moves: Iterable[tuple[Shift, UUID | None]],
    reason: Reason = Reason.SWAP,
) -> None:
    """What is published of each of these gives the duties of these shifts to whoever works them now, or to nobody.

    Raises `OneDutyADay`.
    """
    moved = {
        (shift.employee_id, day_in_england(shift.starts_at)): to
        for shift, to in moves
        if shift.rota_version_id is not None
    }
    for rota_id in sorted(rota_ids):
        for version in await rota_versions.in_state(tx, rota_id, VersionState.PUBLISHED):
            await _amend(tx, version, moved, reason)


async def _amend(tx: Transaction, older: RotaVersion, moved: Moved, reason: Reason) -> None:
    rota = await tx.get(Rota, older.rota_id)
    codes = by_cell(await rota_versions.duties_of(tx, older.id))
    cells: dict[tuple[UUID, date], str | None] = {cell: None for cell in moved if cell in codes}
    for (who, on), to in moved.items():
        if (who, on) not in codes or to is None:
            continue
        if (to, on) in codes and (to, on) not in moved:
            raise OneDutyADay
        cells[to, on] = codes[who, on]
    version = await drafted(tx, rota, uuid7(), Origin.AMENDMENT, from_version_id=older.id, reason=reason)
    changes = [Cell(employee_id=who, day_on=on, code=code) for (who, on), code in cells.items()]
    await write_cells(tx, rota, version, changes)
    await freeze(tx, rota, version)
    older.amended(tx.now)
    await tx.settle()
    version.publish_amendment(tx.now)
    await tell_of_published(tx, rota, version, older.id)
    await tx.settle()
