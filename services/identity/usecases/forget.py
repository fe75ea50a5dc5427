"""Housekeeping: what is over long enough is deleted."""

from datetime import UTC, datetime
from functools import partial

from services.common.db import Database
from services.common.service import Runtime
from services.common.watching import keep_on
from services.identity.store import assertions, attempts, ended

EVERY_SECONDS = 300


async def forget_old(runtime: Runtime) -> None:
    """Assertions, attempts and endings that nobody can use or need any more, for as long as the process lives."""
    await keep_on("housekeeping", EVERY_SECONDS, partial(_forget, runtime.database))


async def _forget(database: Database) -> None:
    async with database.engine.begin() as connection:
        for store in (assertions, attempts, ended):
            await store.forget_old(connection, datetime.now(UTC))
