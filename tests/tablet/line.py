"""A tablet with its line to the server, which a test cuts before a request arrives or before its answer does."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from demo.tablet.app import Tablet
from demo.tablet.queue import Queue
from services.common.auth import Persona
from tests.caseload.story import new_id
from tests.running import NURSE, Running


@dataclass
class Line(httpx.AsyncBaseTransport):
    """`cuts` says of the next requests whether each is heard (`heard`), never arrives (`lost`), or is done with its
    answer lost (`unanswered`); afterwards the line holds, unless it `is_down`."""

    inner: httpx.AsyncBaseTransport
    cuts: deque[str] = field(default_factory=deque)
    is_down: bool = False
    asked: list[str] = field(default_factory=list)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    # What stands between the tablet and the service, and may answer in its place, which no cut takes.
    between: Callable[[httpx.Request], httpx.Response | None] | None = None

    @property
    def sizes(self) -> list[int]:
        """How many operations were in each push, whether it arrived or not."""
        return [len(sent["operations"]) for sent in self.pushes]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/sync/push":
            self.pushes.append(json.loads(await request.aread()))
        if self.between is not None and (answered := self.between(request)) is not None:
            return answered
        cut = "lost" if self.is_down else self.cuts.popleft() if self.cuts else "heard"
        self.asked.append(f"{request.method} {request.url.path}")
        if cut == "lost":
            raise httpx.ConnectError("no signal", request=request)
        # As the gateway passes it on.
        passed_on = httpx.Request(
            "GET" if request.method == "HEAD" else request.method,
            request.url,
            headers=request.headers,
            stream=request.stream,
        )
        answer = await self.inner.handle_async_request(passed_on)
        if cut == "unanswered":
            await answer.aread()
            raise httpx.ReadError("the line was cut", request=request)
        return answer


@dataclass
class OnTablet:
    """A tablet whose app can be killed and started again."""

    system: Running
    file: Path
    employee_id: UUID
    line: Line
    app: Tablet

    def restart(self) -> None:
        """As after a kill: what was in memory is gone, and nothing was closed."""
        self.app = Tablet(Queue(self.file), self.app.http, self.employee_id, self.app.clock_off)

    def sign_in(self, employee_id: UUID) -> None:
        """Somebody else takes their turn."""
        self.employee_id = employee_id
        self.app.http.headers["Authorization"] = f"Bearer {_token(self.system, employee_id)}"
        self.restart()

    def visit(self, episode_id: str, **changes: Any) -> dict[str, Any]:
        """The body of a visit of an hour, which ended just now."""
        contact = {
            "id": new_id(),
            "episode_of_care_id": episode_id,
            "employee_id": str(self.employee_id),
            "channel": "in_person",
            "started_at": (self.app.now() - timedelta(minutes=61)).isoformat(),
            "segments": [{"id": new_id(), "activity_type": "nursing", "minutes": 60}],
        }
        return contact | changes


async def a_tablet(system: Running, folder: Path, employee_id: UUID = NURSE, **changes: Any) -> OnTablet:
    line = Line(httpx.ASGITransport(app=system.apps["caseload"], raise_app_exceptions=False))
    signed_in = {"Authorization": f"Bearer {_token(system, employee_id)}"}
    http = httpx.AsyncClient(transport=line, base_url="http://caseload:8000", headers=signed_in)
    await system.stack.enter_async_context(http)
    file = folder / f"{new_id()}.sqlite"
    return OnTablet(system, file, employee_id, line, Tablet(Queue(file), http, employee_id, **changes))


def _token(system: Running, employee_id: UUID) -> str:
    return system.issuer.token(str(employee_id), str(Persona.NURSE), "caseload")


def today() -> str:
    return datetime.now(UTC).date().isoformat()
