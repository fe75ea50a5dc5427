"""Look whether a team will fall below its floor: soon after hr has told of somebody, and on every new day."""

import logging
from datetime import date
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.service import Runtime
from services.common.watching import keep_on
from services.roster.store import floor as store
from services.roster.usecases.capacity.floor import check_floor

log = logging.getLogger(__name__)

POLL_SECONDS = 10.0
Mark = tuple[date, tuple[Any, ...]]


async def watch_floors(runtime: Runtime) -> None:
    """As long as the process lives. Where nothing was told since the last look, that is one small statement."""
    seen: Mark | None = None

    async def look() -> None:
        nonlocal seen
        seen = await look_at_floors(runtime.database, seen)

    await keep_on("floors", POLL_SECONDS, look)


async def look_at_floors(database: Database, seen: Mark | None) -> Mark | None:
    """Check every team, each in a transaction of its own, unless all is as it was; and say how all is.

    Where a team cannot be checked the others are, and all are looked at again.
    """
    async with database.transaction(SYSTEM) as tx:
        mark = (tx.today, await store.mark_of_staff(tx))
        teams = [] if mark == seen else await store.teams(tx)
    checked = [await _is_checked(database, team_id) for team_id in teams]
    return mark if all(checked) else None


async def _is_checked(database: Database, team_id: UUID) -> bool:
    try:
        async with database.transaction(SYSTEM) as tx:
            await check_floor(tx, team_id)
    except Exception as error:  # noqa: BLE001  one team's trouble is not the others'
        log.warning("floor not checked", extra={"team_id": str(team_id), "error": type(error).__name__})
        return False
    return True
