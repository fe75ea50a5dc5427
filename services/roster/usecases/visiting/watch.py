"""Look for visits that are late, and make those of series as their days come near."""

import asyncio
import logging

from services.common.service import Runtime
from services.roster.usecases.visiting.late import MOST_AT_ONCE, tell_of_late_visits
from services.roster.usecases.visiting.series import make_due_occurrences

log = logging.getLogger(__name__)

LATE_SECONDS = 10.0
SERIES_SECONDS = 6 * 60 * 60.0


async def watch_late_visits(runtime: Runtime) -> None:
    """As long as the process lives; of several replicas each tells of what the others do not."""
    while True:
        try:
            while await tell_of_late_visits(runtime.database) == MOST_AT_ONCE:
                pass
        except Exception as error:  # noqa: BLE001  the worker outlives every outage
            log.warning("late visits interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(LATE_SECONDS)


async def watch_series(runtime: Runtime) -> None:
    """A few times a day: the shifts that a visit waits for are planned by people."""
    while True:
        try:
            await make_due_occurrences(runtime.database)
        except Exception as error:  # noqa: BLE001  the worker outlives every outage
            log.warning("series interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(SERIES_SECONDS)
