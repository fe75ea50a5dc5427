"""A tablet's morning on 2G: 50 kbit/s, 600 ms each way, and one packet in twenty lost.

The reference app (`demo.tablet`) takes its round along, gzipped, and pushes what it noted, over the wire that the tests
cut. Each comes over a connection of its own, the first packet after a round trip; the bytes of TLS are left out.
"""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from benchmarks.offline_queue import noted
from demo.tablet.app import Tablet
from demo.tablet.queue import Queue
from services.common.types import day_in_england
from tests.faults.line import ThinLine
from tests.faults.wire import Wire

BITS_A_SECOND, LATENCY, LOSS = 50_000, 0.6, 0.05
OPERATIONS = 40


@dataclass(frozen=True)
class Took:
    """Seconds from when it was begun until it was on the tablet, and those that its bytes alone would need."""

    seconds: float
    alone: float


async def morning(base: str, token: str, employee_id: UUID) -> dict[str, Took]:
    """The round is taken along, and what was noted on it is pushed. Raises `RuntimeError` where not all was applied."""
    today = str(day_in_england(datetime.now(UTC)))
    with tempfile.TemporaryDirectory() as folder:
        queue = Queue(Path(folder) / "queue.sqlite")
        async with _on_2g(base, token, queue, employee_id) as (tablet, line):
            began = time.monotonic()
            clients = (await tablet.take_along(today))["clients"]
            day_pack = Took(time.monotonic() - began, line.seconds(line.carried))
        for one in islice(noted(clients, str(employee_id)), OPERATIONS):
            tablet.note(one.kind, one.body, about=dict(one.about))
        async with _on_2g(base, token, queue, employee_id) as (tablet, line):
            began = time.monotonic()
            await tablet.push()
            push = Took(time.monotonic() - began, line.seconds(line.carried))
        if set(queue.outcomes().values()) != {"applied"}:
            raise RuntimeError(f"not all was applied: {queue.to_show()}")
        queue.close()
    return {"day_pack": day_pack, "push": push}


@asynccontextmanager
async def _on_2g(base: str, token: str, queue: Queue, employee_id: UUID) -> AsyncIterator[tuple[Tablet, ThinLine]]:
    """The tablet as its app begins anew, and the line that it speaks over."""
    told = urlsplit(base)
    wire = Wire(str(told.hostname), told.port or 80)
    wire.line = line = ThinLine(BITS_A_SECOND, LATENCY, LOSS)
    here, signed = f"http://127.0.0.1:{await wire.open()}", {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=here, headers=signed, timeout=120, trust_env=False) as http:
            yield Tablet(queue, http, employee_id), line
    finally:
        await wire.close()
