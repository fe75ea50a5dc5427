"""What a process does again and again beside its requests, for as long as it lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

log = logging.getLogger(__name__)


async def keep_on(what: str, every: float, look: Callable[[], Awaitable[object]]) -> NoReturn:
    """Look, and again after `every` seconds. An outage is outlived; the log has its kind and the code of the watch."""
    while True:
        try:
            await look()
        except Exception as error:  # noqa: BLE001  the worker outlives every outage
            log.warning("watch interrupted", extra={"code": what, "error": type(error).__name__})
        await asyncio.sleep(every)


async def drained(look: Callable[[], Awaitable[int]], most: int = 1) -> None:
    """Look until it finds fewer than `most`, for whatever takes no more than so many at once."""
    while await look() >= most:
        pass
