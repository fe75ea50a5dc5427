"""What a process does again and again beside its requests, for as long as it lives."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

log = logging.getLogger(__name__)

# Within this the first look is taken: whoever starts serves first, and those that start together do not look together.
FIRST_SECONDS = 5.0


async def keep_on(what: str, every: float, look: Callable[[], Awaitable[object]]) -> NoReturn:
    """Look soon, and again after `every` seconds. An outage is outlived; the log has its kind and the code of the
    watch."""
    await asyncio.sleep(first_within(min(every, FIRST_SECONDS)))
    while True:
        try:
            await look()
        except Exception as error:  # noqa: BLE001  the worker outlives every outage
            log.warning("watch interrupted", extra={"code": what, "error": type(error).__name__})
        await asyncio.sleep(every)


def first_within(seconds: float) -> float:
    return random.uniform(0, seconds)  # noqa: S311  no secret


async def drained(look: Callable[[], Awaitable[int]], most: int = 1) -> None:
    """Look until it finds fewer than `most`, for whatever takes no more than so many at once."""
    while await look() >= most:
        pass
