"""What a process does beside its requests goes on, whatever goes wrong in between."""

import asyncio
from collections.abc import Iterator

import pytest

from services.common import watching
from services.common.watching import drained, first_within, keep_on


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


async def test_it_first_looks_within_five_seconds_or_sooner_where_it_looks_oftener(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    within, looked = list[float](), 0

    def wait(seconds: float) -> float:
        within.append(seconds)
        return 3600

    async def look() -> None:
        nonlocal looked
        looked += 1

    monkeypatch.setattr(watching, "first_within", wait)
    watches = [asyncio.create_task(keep_on("homes", every, look)) for every in (600, 1)]
    await asyncio.sleep(0.05)
    for watch in watches:
        watch.cancel()
    await asyncio.gather(*watches, return_exceptions=True)
    assert (within, looked) == ([5, 1], 0)
    moments = {first_within(5) for _ in range(100)}
    assert len(moments) > 90, "those that start together do not look together"
    assert all(0 <= moment <= 5 for moment in moments)


async def test_it_looks_again_at_once_while_there_is_as_much_as_it_takes() -> None:
    found = iter([5, 5, 4, 5])

    async def look() -> int:
        return next(found)

    await drained(look, 5)
    assert list(found) == [5]
