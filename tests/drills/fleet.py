"""Some processes that are alike, behind a balancer, ended and started again one after the other."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

from tests.drills.balancer import Balancer
from tests.drills.load import Ask

SIZE = 2
# Many times as long as it takes the balancer to ask.
DRAIN_SECONDS = 2.0
End = Callable[[BaseProcess], None]


@dataclass
class Fleet:
    """How each is started at its port, where it says that it is ready, and a request that any of them answers."""

    start: Callable[[int], BaseProcess]
    ready: dict[int, str]
    ask_at: Callable[[str], Ask]
    running: dict[int, BaseProcess] = field(default_factory=dict)

    def start_all(self) -> None:
        for port in self.ready:
            self.restart(port)

    def restart(self, port: int) -> None:
        self.running[port] = self.start(port)
        self.running[port].start()

    def end_all(self) -> None:
        for process in self.running.values():
            process.kill()
            process.join(10)

    async def roll(self, balancer: Balancer, end: End = BaseProcess.terminate) -> None:
        """Each is ended and started again, the next one when all are ready."""
        for port in self.ready:
            await asyncio.sleep(0.5)
            end(self.running[port])
            await asyncio.to_thread(self.running[port].join, 60)
            while port in balancer.ready:  # noqa: ASYNC110  what the balancer still believes of the last one
                await asyncio.sleep(0.05)
            self.restart(port)
            await balancer.until_ready(SIZE)
