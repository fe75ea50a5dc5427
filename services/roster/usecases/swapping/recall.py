"""Recall: what a secondee was to work after the last day with the team is open to whoever can (mission row 6.05)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.db import Transaction
from services.roster.domain.open_shift import NewOpenShift
from services.roster.domain.period import midnight_after
from services.roster.domain.rota_version.version import Reason
from services.roster.domain.shift import VISITING, Shift
from services.roster.store import breaches, loans, swaps
from services.roster.usecases.resting import take_away
from services.roster.usecases.shift import tell_of_shift
from services.roster.usecases.swapping.amending import amend_rotas, hold_rotas
from services.roster.usecases.swapping.loan import take_back
from services.roster.usecases.swapping.open_shift import offer_open_shift

REASON = "A secondee is called back"


async def open_what_is_left(tx: Transaction, team_id: UUID, employee_id: UUID, last_on: date) -> None:
    """Take somebody who leaves off all shifts after the last day, and offer those with clients to the others.

    Meetings and the like are off. Published rotas are amended; clients are on the hand-on list. Whom the team lent
    afterwards it lends no more.
    """
    lent = await loans.lent_from(tx, team_id, employee_id, max(midnight_after(last_on), tx.now))
    await tx.take_turns(*await hold_rotas(tx, await _left(tx, team_id, employee_id, last_on)), employee_id)
    shifts = await _left(tx, team_id, employee_id, last_on, lock=True)
    rota_ids = await hold_rotas(tx, shifts)
    for loan in lent:
        await take_back(tx, loan)
    for shift in shifts:
        await take_away(tx, await breaches.of_shift(tx, shift.id))
        shift.cancel(tx.now, {"told_at": tx.now, "initiated_by": None}, tx.now)
        tell_of_shift(tx, shift)
    await amend_rotas(tx, rota_ids, [(shift, None) for shift in shifts], Reason.RECALL)
    for shift in shifts:
        if shift.kind in VISITING:
            await offer_open_shift(tx, _opened(shift), but=employee_id)


async def _left(
    tx: Transaction, team_id: UUID, employee_id: UUID, last_on: date, *, lock: bool = False
) -> Sequence[Shift]:
    """What has begun is past help."""
    return await swaps.planned_from(tx, team_id, employee_id, max(midnight_after(last_on), tx.now), lock=lock)


def _opened(shift: Shift) -> NewOpenShift:
    about: dict[str, Any] = {name: getattr(shift, name) for name in ("team_id", "kind", *Shift.TIMES)}
    return NewOpenShift(id=uuid7(), reason=REASON, **about)
