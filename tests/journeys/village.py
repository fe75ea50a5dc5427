"""The demo team's own system, and the wire by which its tablets reach it."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from demo.barrow import TEAM, Calendar, employee, id_of
from demo.servers.http import serving
from demo.tablet.app import NoSignal, Tablet
from demo.tablet.queue import Queue
from gateway.guarded import Bounds, guarded
from gateway.main import create_app
from gateway.settings import GatewaySettings
from services.caseload.main import SERVICE as CASELOAD
from services.common.types import day_in_england
from services.finance.main import SERVICE as FINANCE
from services.governance.main import SERVICE as GOVERNANCE
from services.hr.main import SERVICE as HR
from services.interop.main import SERVICE as INTEROP
from services.roster.main import SERVICE as ROSTER
from tests.faults.wire import Wire
from tests.journeys.door import Door, move_in
from tests.running import Databases, running
from tests.signing import CLIENT_KEY

# Its third day is today.
CALENDAR = Calendar(day_in_england(datetime.now(UTC)) - timedelta(days=2))
TODAY = 2
SERVICES = (HR, CASELOAD, ROSTER, GOVERNANCE, FINANCE, INTEROP)
# Bytes: within the first push, and more than ever pass.
WITHIN_THE_PUSH, FAR = 900, 2**40


@dataclass
class Village:
    """`pieces` are the pieces of photos that tablets began to send: each by where it begins."""

    door: Door
    wire: Wire
    folder: Path
    stack: AsyncExitStack
    pieces: list[int] = field(default_factory=list)

    async def tablet(self, who: str) -> Tablet:
        token = self.door.system.issuer.token(str(employee(who)), "nurse")
        http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.wire.port}/caseload",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            trust_env=False,
            event_hooks={"request": [self._is_sent]},
        )
        await self.stack.enter_async_context(http)
        return Tablet(Queue(self.folder / f"{who}.sqlite"), http, employee(who))

    async def _is_sent(self, request: httpx.Request) -> None:
        if request.method == "PATCH":
            self.pieces.append(int(request.headers["Upload-Offset"]))

    async def read(self, path: str, who: str = "tom", *, service: str = "caseload") -> Any:
        return (await self.door.call(who, "GET", f"/{service}/v1/{path}")).json()

    async def is_on_shift(self, *people: str) -> None:
        for who in people:
            times = {"starts_at": CALENDAR.at(TODAY, "08:00"), "ends_at": CALENDAR.at(TODAY, "18:00")}
            whose = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(employee(who)), "kind": "shift"}
            await self.door.insist("ruth", "/roster/v1/shifts", {**whose, **times, "unpaid_break_minutes": 30})

    async def planned(self, client: str, start: str, end: str, **changes: Any) -> str:
        """A visit by Tom today, within his shift; its id."""
        visit = {
            "id": str(uuid7()),
            "team_id": str(TEAM),
            "client_id": str(id_of("client", client)),
            "employee_id": str(employee("tom")),
            "starts_at": CALENDAR.at(TODAY, start),
            "ends_at": CALENDAR.at(TODAY, end),
            "purpose": "As in the plan",
        }
        await self.door.insist("tom", "/roster/v1/visits", visit | changes)
        return visit["id"]

    async def loses_signal(self, *tablets: Tablet) -> None:
        """Until `arrive`; nothing of what was noted gets through."""
        self.wire.refuse()
        self.wire.reset()
        for tablet in tablets:
            before = tablet.queue.unsent()
            with pytest.raises(NoSignal):
                await tablet.synchronise()
            assert tablet.queue.unsent() == before

    async def arrive(self, tablet: Tablet) -> None:
        """Over a line that is cut within the push, and at 60% of each photo, until all of it is there."""
        await self.wire.accept()
        before = tablet.queue.unsent()
        with self.cut_after(WITHIN_THE_PUSH):
            await tablet.synchronise()
        assert tablet.queue.unsent() == before, "of a batch that came in part nothing was answered"
        for photo in tablet.queue.photos():
            await tablet.push()
            with self.cut_after(photo.path.stat().st_size * 6 // 10):
                await tablet.synchronise()
            (begun,) = (one for one in tablet.queue.photos() if one.photo_id == photo.photo_id)
            assert begun.location is not None
            assert len(self.pieces) > 1
            self.pieces.clear()
        await tablet.synchronise()
        assert (tablet.queue.unsent()[0], tablet.queue.photos()) == (0, [])

    @contextlib.contextmanager
    def cut_after(self, most: int) -> Any:
        """What is tried within this ends in a line that was cut after so many bytes."""
        self.wire.cut_after(most)
        with pytest.raises(NoSignal):
            yield
        self.wire.cut_after(FAR)


@asynccontextmanager
async def a_village(databases: Databases, folder: Path) -> AsyncIterator[Village]:
    async with AsyncExitStack() as stack:
        kept_in = (folder / "photos").as_uri()
        system = await stack.enter_async_context(running(databases, *SERVICES, photo_store=kept_in))
        door = Door(system)
        await move_in(door, CALENDAR)
        app, issuer = system.apps["caseload"], system.issuer.app()
        peers = {
            "caseload": await stack.enter_async_context(serving(app, lifespan=False)),
            "identity": await stack.enter_async_context(serving(issuer, lifespan=False)),
        }
        settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY, peers=peers)
        url = await stack.enter_async_context(serving(create_app(settings), protocol=guarded(Bounds())))
        wire = Wire("127.0.0.1", int(url.rpartition(":")[2]))
        await wire.open()
        stack.push_async_callback(wire.close)
        yield Village(door, wire, folder, stack)
