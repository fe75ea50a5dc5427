"""A thin line, as of a mobile in a valley: few bits a second, late, and with packets that get lost."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from random import Random

PACKET = 1400


@dataclass
class ThinLine:
    """`latency` is in seconds, one way. `loss` is the share of packets that do not arrive and are sent again.

    The bits a second are those of each direction of each connection. A lost packet is missed after a round trip, and
    what is behind it waits, as TCP has it. It loses the same ones each time. `carried` counts bytes, each once.
    """

    bits_a_second: float
    latency: float
    loss: float
    carried: int = 0
    dice: Random = field(default_factory=lambda: Random(5))

    @property
    def round_trip(self) -> float:
        return 2 * self.latency

    def seconds(self, size: int) -> float:
        """What so many bytes alone would need."""
        return 8 * size / self.bits_a_second

    def tries(self) -> int:
        """How often the next packet is sent until it arrives."""
        count = 1
        while self.dice.random() < self.loss:
            count += 1
        return count

    async def carry(self, reader: asyncio.StreamReader, far: asyncio.StreamReader) -> None:
        """Give to the far end what is read, once it would have arrived. Raises `OSError` when the near end breaks."""
        loop, way, on_its_way = asyncio.get_running_loop(), Way(self), deque[bytes]()

        def deliver() -> None:
            part = on_its_way.popleft()
            if part:
                far.feed_data(part)
            else:
                far.feed_eof()

        while True:
            part = await reader.read(PACKET)
            on_its_way.append(part)
            loop.call_at(way.arrival(loop.time(), len(part)), deliver)
            if not part:
                return


@dataclass
class Way:
    """One direction of a connection: until when it is taken, and when the last packet arrives."""

    line: ThinLine
    taken_until: float = 0.0
    arrived: float = 0.0

    def arrival(self, now: float, size: int) -> float:
        """When a packet of so many bytes arrives that is ready now."""
        line, tries = self.line, self.line.tries()
        line.carried += size
        self.taken_until = max(self.taken_until, now) + tries * line.seconds(size)
        # In order: what overtakes a lost packet waits for it.
        self.arrived = max(self.arrived, self.taken_until + line.latency + (tries - 1) * line.round_trip)
        return self.arrived
