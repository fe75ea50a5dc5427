"""Where somebody lives is forgotten when they belong to the team no more: it was told for their rounds alone."""

from functools import partial

from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.service import Runtime
from services.common.watching import keep_on
from services.roster.store import places

HOMES_SECONDS = 60 * 60.0


async def watch_homes(runtime: Runtime) -> None:
    """As long as the process lives: a membership ends with a day, and nobody tells of that day's end."""
    await keep_on("homes", HOMES_SECONDS, partial(forget_homes_of_leavers, runtime.database))


async def forget_homes_of_leavers(database: Database) -> int:
    """Forget the homes of those whose last day in the team is over, with the ways there. How many there were.

    A home is told to one team; who goes to another tells it there (UK GDPR, article 5(1)(e): no longer than needed).
    """
    async with database.transaction(SYSTEM) as tx:
        return await places.forget_homes_of_leavers(tx)
