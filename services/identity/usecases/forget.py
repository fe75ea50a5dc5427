"""Housekeeping: what is over long enough is deleted."""

import asyncio
import logging
from datetime import UTC, datetime

from services.common.service import Runtime
from services.identity.store import assertions, attempts, ended

log = logging.getLogger(__name__)

EVERY_SECONDS = 300


async def forget_old(runtime: Runtime) -> None:
    """Assertions, attempts and endings that nobody can use or need any more, for as long as the process lives."""
    while True:
        try:
            async with runtime.database.engine.begin() as connection:
                for store in (assertions, attempts, ended):
                    await store.forget_old(connection, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001  housekeeping waits for better times
            log.warning("housekeeping interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(EVERY_SECONDS)
