"""Requests without a pause, and a count of those that were not answered as they should be."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

import httpx

Ask = Callable[[], httpx.Request]
# A little apart, so that the two cores are there for who answers too.
PAUSE = 0.01


@dataclass
class Load:
    """Several callers, each with a connection that it keeps. Nothing is sent twice, so that every failure is seen."""

    ask: Ask
    callers: int = 6
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return sum(number for what, number in self.answers.items() if not what.startswith("2"))

    @property
    def asked(self) -> int:
        return self.answers.total()

    async def __aenter__(self) -> "Load":
        self._stopping = False
        self._tasks = [asyncio.create_task(self._ask_on()) for _ in range(self.callers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        await asyncio.gather(*self._tasks)

    async def _ask_on(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            while not self._stopping:
                try:
                    answer = await client.send(self.ask())
                    self.answers[str(answer.status_code)] += 1
                except httpx.TransportError as error:
                    self.answers[type(error).__name__] += 1
                await asyncio.sleep(PAUSE)
