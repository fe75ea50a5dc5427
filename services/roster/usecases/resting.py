"""Resting: what was made up for of the rest that is owed, and what is told where it is not had by its day."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.paging import PageRequest, page
from services.common.service import Runtime
from services.common.types import day_in_england, midnight_in_england
from services.common.watching import keep_on
from services.roster.domain.breach import Breach, RestOwed
from services.roster.domain.leave import days_away
from services.roster.domain.period import midnight_after
from services.roster.domain.resting import DueAnyway, settle, spare, to_count
from services.roster.events import RestOverdue, RestSettled
from services.roster.store import breaches, leave, rota_people
from services.roster.store import resting as store
from services.roster.store.of_team import of_team
from services.roster.usecases.agreed import team_rules

log = logging.getLogger(__name__)

EVERY_SECONDS = 15 * 60.0
RECENT, AHEAD = timedelta(days=60), timedelta(days=60)
# Records of working time are kept for two years (regulation 9).
OLDEST = timedelta(days=731)


async def settle_rest(tx: Transaction, team_id: UUID, *people: UUID) -> None:
    """Count anew what each has made up for, as their work is planned now. Leave is no rest that is given for it."""
    for who in people:
        owed = to_count(await store.owed_to(tx, who, tx.now - OLDEST), tx.now - RECENT)
        if not owed:
            continue
        due = DueAnyway.by((await team_rules(tx, team_id, tx.today)).limits)
        first = due.begins(min(day_in_england(one.since_at) for one in owed))
        until = max(tx.today, *(one.due_on for one in owed)) + AHEAD
        # What began the day before may last into the first.
        stretches = await rota_people.stretches(tx, [who], first - timedelta(days=1), until)
        away = days_away(await leave.agreed_leave(tx, [who], first, until), who)
        busy = [(one.starts_at, one.ends_at) for one in stretches if one.is_work]
        busy += [(midnight_in_england(day), midnight_after(day)) for day in away]
        settle(owed, spare(busy, due, first, tx.now), tx.now)
    await tx.session.flush()


async def take_away(tx: Transaction, mended: Sequence[Breach]) -> None:
    """What is broken no more, with the rest that was owed for it; where that was had already both stay."""
    if mended:
        for one in await store.told_of(tx, [breach.id for breach in mended]):
            _end(tx, one, tx.now)
        await tx.session.flush()
        await breaches.take_away(tx, mended)


async def list_rest_owed(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, overdue: bool | None
) -> dict[str, Any]:
    """All, or what is past its day and not had; or all but that."""
    wanted = await of_team(tx, RestOwed, team_id)
    if overdue is not None:
        late = store.still_owed(tx.now) & (col(RestOwed.due_on) < tx.today)
        wanted = wanted.where(late if overdue else ~late)
    return await page(tx, wanted, RestOwed, request)


async def watch_rest(runtime: Runtime) -> None:
    """As long as the process lives."""
    await keep_on("rest", EVERY_SECONDS, partial(tell_of_overdue_rest, runtime.database))


async def tell_of_overdue_rest(database: Database) -> int:
    """Tell once of each rest that was not had by its day, and once when it was had at last. How many were told.

    Each person is looked at in a transaction of its own: one that fails stands in nobody's way.
    """
    async with database.transaction(SYSTEM) as tx:
        people = await store.looked_for(tx, tx.now - OLDEST)
    told = 0
    for team_id, who in people:
        try:
            async with database.transaction(SYSTEM) as tx:
                of_one = await _tell(tx, team_id, who)
            told += of_one
        except Exception as error:  # noqa: BLE001  one person's trouble is not the others'
            log.warning("rest not looked at", extra={"team_id": str(team_id), "error": type(error).__name__})
    return told


async def _tell(tx: Transaction, team_id: UUID, who: UUID) -> int:
    await tx.take_turns(who)
    await settle_rest(tx, team_id, who)
    told = 0
    for one in await store.overdue(tx, team_id, who):
        if one.overdue_at is None and not one.is_had(tx.now):
            one.overdue_at = one.changed_at = tx.now
            tx.publish(RestOverdue(**_told(one), overdue_at=tx.now), about=one)
            told += 1
        elif one.overdue_at is not None and one.is_had(tx.now):
            _end(tx, one, one.settled_at)
            told += 1
    return told


def _end(tx: Transaction, one: RestOwed, settled_at: datetime | None) -> None:
    """What was told of as overdue is so no more."""
    one.ended_at = one.changed_at = tx.now
    about: dict[str, Any] = {"overdue_at": one.overdue_at, "settled_at": settled_at}
    tx.publish(RestSettled(**_told(one), **about), about=one)


def _told(one: RestOwed) -> dict[str, Any]:
    names = ("team_id", "minutes", "taken_minutes", "due_on")
    return {"rest_owed_id": one.id, **{name: getattr(one, name) for name in names}}
