"""A council beside interop: its system, and what the people around it do."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from standardwebhooks import Webhook
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.common.types import day_in_england
from services.interop.domain.delivery import CouncilDelivery
from tests.interop.records import Caseload, a_record
from tests.running import Running, until

SECRET = "whsec_" + base64.b64encode(b"only for tests, thirty-two bytes").decode()
SUPPORT = "uk.heatshield.social_care.support_given.v1"
CHANGE = "uk.heatshield.social_care.care_plan_changed.v1"
CHALLENGE = "uk.heatshield.connection.challenged.v1"
REABLEMENT = "uk.heatshield.social_care.reablement_started.v1"
MINUTES = ["personal_care_minutes", "reablement_minutes"]
AT_ONCE = (timedelta(0),) * 3


@dataclass
class Council:
    """A council's system at its own address. It believes only what is signed; `answers` are used up one by one.

    While `silent` is set to an event, it answers nothing until that happens. It answers a challenge as `echo` says.
    """

    heard: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    elsewhere: int = 0
    silent: asyncio.Event | None = None
    # Until this happens it does not answer a challenge.
    hesitates: asyncio.Event | None = None
    challenges: list[str] = field(default_factory=list)
    echo: Callable[[str], Response] = lambda challenge: JSONResponse({"challenge": challenge})

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/events")
        async def events(request: Request) -> Response:
            body = await request.body()
            event = Webhook(SECRET).verify(body, dict(request.headers))
            if event["type"] == CHALLENGE:
                self.challenges.append(event["data"]["challenge"])
                if self.hesitates is not None:
                    await self.hesitates.wait()
                return self.echo(event["data"]["challenge"])
            self.ids.append(request.headers["webhook-id"])
            if self.silent is not None:
                await self.silent.wait()
            answer = self.answers.pop(0) if self.answers else Response(status_code=204)
            if answer.status_code < 300:
                assert request.headers["content-type"] == "application/cloudevents+json"
                self.heard.append(event)
            return answer

        @app.api_route("/elsewhere", methods=["GET", "POST"])
        async def elsewhere() -> Response:
            self.elsewhere += 1
            return Response(status_code=204)

        return app


async def eventually(ask: Callable[[], Awaitable[Any]], met: Callable[[Any], Any]) -> Any:
    """What the question is answered with once the answer is the awaited one."""

    async def once() -> Any:
        answer = await ask()
        return [answer] if met(answer) else None

    return (await until(once))[0]


async def connect(system: Running, url: str = "https://council.example/events") -> str:
    ops = await system.client("interop", "ops-1", "ops")
    connection_id = str(uuid7())
    body = {"name": "Cumbria adult social care", "url": url, "secret": SECRET}
    answer = await ops.put(f"/v1/connections/{connection_id}", json=body)
    assert answer.status_code == 200, answer.text
    return connection_id


async def take_on(system: Running, caseload: Caseload, **changes: Any) -> str:
    """A client whose record interop knows."""
    record = a_record(**changes)
    client_id: str = record["client"]["id"]
    caseload.clients[client_id] = record
    await system.deliver("interop", "caseload.assessment.completed.v1", {"client_id": client_id})
    return client_id


def a_share(client_id: str, connection_id: str, **changes: Any) -> dict[str, Any]:
    share = {
        "id": str(uuid7()),
        "client_id": client_id,
        "connection_id": connection_id,
        "purpose": "One plan for help at home",
        "basis": "consent",
        "consented_on": "2026-11-02",
        "fields": ["council_ref", *MINUTES],
        "until_on": "2199-12-31",
        "council_ref": "LAS-40021",
    }
    return {name: value for name, value in (share | changes).items() if value is not None}


async def agree(system: Running, client_id: str, connection_id: str, **changes: Any) -> dict[str, Any]:
    nurse = await system.nurse("interop")
    answer = await nurse.post("/v1/shares", json=a_share(client_id, connection_id, **changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def support(system: Running, client_id: str, minutes: int = 20, **changes: Any) -> dict[str, Any]:
    contact = {
        "care_contact_id": str(uuid7()),
        "client_id": client_id,
        "channel": "in_person",
        "started_at": "2026-11-20T09:00:00Z",
        "segments": [
            {"activity_type": "nursing", "minutes": 30},
            {"activity_type": "personal_care", "minutes": minutes},
            {"activity_type": "personal_care", "minutes": 1},
        ],
    } | changes
    await system.deliver("interop", "caseload.care_contact.recorded.v1", contact)
    return contact


async def change_plan(system: Running, client_id: str, **changes: Any) -> dict[str, Any]:
    change = {
        "care_plan_id": str(uuid7()),
        "line_id": str(uuid7()),
        "client_id": client_id,
        "domain": "social_care",
        "intervention": "02.05",
        "plan_version": 3,
        "changed_at": "2026-11-20T11:00:00Z",
    } | changes
    await system.deliver("interop", "caseload.care_plan.changed.v1", change)
    return change


async def start_reablement(system: Running, client_id: str) -> None:
    started = {
        "reablement_id": str(uuid7()),
        "client_id": client_id,
        "started_on": "2026-11-16",
        "last_free_day_on": "2026-12-27",
        "decision_due_on": "2026-12-13",
    }
    await system.deliver("interop", "finance.reablement.started.v1", started)


async def sent(system: Running, **asked: Any) -> list[dict[str, Any]]:
    operator = await system.client("interop", "ops-1", "ops")
    answer = await operator.get("/v1/deliveries", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def settled(system: Running, status: str, count: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await eventually(
        lambda: sent(system, status=status), lambda items: len(items) >= count
    )
    return found


async def queued(system: Running) -> int:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        return int((await tx.all(select(func.count()).select_from(CouncilDelivery)))[0])


async def connections(system: Running) -> list[dict[str, Any]]:
    nurse = await system.nurse("interop")
    items: list[dict[str, Any]] = (await nurse.get("/v1/connections")).json()["items"]
    return items


async def end(system: Running, share: dict[str, Any]) -> None:
    """Days pass, among them the one until which the share was agreed."""
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["share"]
        before = datetime.now(UTC) - timedelta(days=2)
        passed = {"agreed_at": before, "until_on": day_in_england(before)}
        await tx.session.execute(table.update().where(table.c.id == share["id"]).values(**passed))


async def withdraw(system: Running, share: dict[str, Any], days_ago: int = 0) -> None:
    """The client withdraws, and so many days pass."""
    nurse = await system.nurse("interop")
    assert (await nurse.post(f"/v1/shares/{share['id']}/withdraw")).status_code == 200
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["share"]
        at = datetime.now(UTC) - timedelta(days=days_ago)
        await tx.session.execute(table.update().where(table.c.id == share["id"]).values(withdrawn_at=at))


def days_ago(days: int) -> str:
    """The day in England so many days ago."""
    return (day_in_england(datetime.now(UTC)) - timedelta(days=days)).isoformat()
