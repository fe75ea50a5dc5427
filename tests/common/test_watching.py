"""What a process does beside its requests goes on, whatever goes wrong in between."""

import asyncio
from collections.abc import Iterator

import pytest

from services.common.watching import drained, keep_on


class Over(BaseException):
    """Ends a watch that never ends."""


async def test_a_watch_outlives_an_outage_and_tells_of_it_by_its_code(caplog: pytest.LogCaptureFixture) -> None:
    looks: Iterator[BaseException | None] = iter([OSError("a name in it"), None, Over()])
    seen = 0

    async def look() -> None:
        nonlocal seen
        seen += 1
        if (error := next(looks)) is not None:
            raise error

    with pytest.raises(Over):
        async with asyncio.timeout(30):
            await keep_on("homes", 0, look)
    assert seen == 3
    (told,) = caplog.records
    assert (told.getMessage(), vars(told)["code"], vars(told)["error"]) == ("watch interrupted", "homes", "OSError")
    assert "a name" not in caplog.text


async def test_it_looks_again_at_once_while_there_is_as_much_as_it_takes() -> None:
    found = iter([5, 5, 4, 5])

    async def look() -> int:
        return next(found)

    await drained(look, 5)
    assert list(found) == [5]
