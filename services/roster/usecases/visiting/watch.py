"""Look for visits that are late, and make those of series as their days come near."""

from functools import partial

from services.common.service import Runtime
from services.common.watching import drained, keep_on
from services.roster.usecases.visiting.late import MOST_AT_ONCE, tell_of_late_visits
from services.roster.usecases.visiting.series import make_due_occurrences

LATE_SECONDS = 10.0
SERIES_SECONDS = 6 * 60 * 60.0


async def watch_late_visits(runtime: Runtime) -> None:
    """As long as the process lives; of several replicas each tells of what the others do not."""
    look = partial(tell_of_late_visits, runtime.database)
    await keep_on("late_visits", LATE_SECONDS, partial(drained, look, MOST_AT_ONCE))


async def watch_series(runtime: Runtime) -> None:
    """A few times a day: the shifts that a visit waits for are planned by people."""
    await keep_on("series", SERIES_SECONDS, partial(make_due_occurrences, runtime.database))
