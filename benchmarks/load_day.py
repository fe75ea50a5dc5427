"""A nurse's day as requests, in order: what `benchmarks.load` plays for many nurses at once.

Eight visits a day (docs/ops/scaling.md says where that is from). The app holds a copy of the round and sends what was
noted after each door, as docs/offline.md asks. Messages between colleagues are no part of the product yet; what a nurse
looks at in their place is what her team decided, and what went well.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import islice
from typing import Any

import aiohttp
from uuid6 import uuid7

from benchmarks.offline_queue import Device, noted
from devissuer.main import Issuer

VISITS, OPERATIONS_A_VISIT = 8, 4
# A token lives for fifteen minutes; an app asks for the next one before.
TOKEN_SECONDS = 600
AN_HOUR = timedelta(hours=1)


class Failed(Exception):
    """An answer that an app could do nothing with. It names the step and the status, and nothing of what was sent."""


@dataclass
class Nurse:
    """One person with one tablet, and how far her day is."""

    employee_id: str
    team_id: str
    issuer: Issuer
    place: int = 0
    clients: Sequence[Mapping[str, Any]] = ()
    etag: str = ""
    since: str = ""
    device: Device | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _token: tuple[str, float] = ("", 0.0)

    def token(self) -> str:
        told, since = self._token
        if time.monotonic() - since > TOKEN_SECONDS or not told:
            told = self.issuer.token(self.employee_id, "nurse")
            self._token = told, time.monotonic()
        return told

    def client(self) -> Mapping[str, Any]:
        return self.clients[self.place % len(self.clients)]


@dataclass(frozen=True)
class Door:
    """The gateway, as a tablet sees it."""

    http: aiohttp.ClientSession

    async def ask(
        self, nurse: Nurse, step: str, method: str, path: str, **told: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Raises `Failed`, also where nobody answers."""
        headers = {"Authorization": f"Bearer {nurse.token()}", **told.pop("headers", {})}
        try:
            async with self.http.request(method, path, headers=headers, **told) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Failed(f"{step}: {type(error).__name__}") from error
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise Failed(f"{step}: {answer.status}")
        return answer.status, answer.headers, body


Step = Callable[[Door, Nurse], Awaitable[None]]


async def take_along(door: Door, nurse: Nurse) -> None:
    """The whole round, or that it is still the one at hand."""
    asked = {"If-None-Match": nurse.etag} if nurse.etag else {}
    status, headers, body = await door.ask(nurse, "day pack", "GET", "/caseload/v1/day", headers=asked)
    if status != HTTPStatus.NOT_MODIFIED:
        nurse.etag, nurse.since, nurse.clients = headers["ETag"], headers["Sync-From"], json.loads(body)["clients"]


async def push(door: Door, nurse: Nurse) -> None:
    """What was noted at one door. A queue that was refused begins anew, as on another tablet."""
    device = nurse.device or Device(nurse.employee_id, nurse.clients)
    nurse.device = None
    sent, key = device.push(OPERATIONS_A_VISIT), {"Idempotency-Key": str(uuid7())}
    _, _, body = await door.ask(nurse, "push", "POST", "/caseload/v1/sync/push", json=sent, headers=key)
    if any(one["outcome"] != "applied" for one in json.loads(body)["results"]):
        raise Failed("push: not applied")
    nurse.device = device


async def pull(door: Door, nurse: Nurse) -> None:
    asked = {"since": nurse.since} if nurse.since else {}
    _, _, body = await door.ask(nurse, "pull", "GET", "/caseload/v1/sync/pull", params=asked)
    nurse.since = json.loads(body)["next"]


async def phone_call(door: Door, nurse: Nurse) -> None:
    """A contact and its note, written with signal."""
    for one in islice(noted([{**nurse.client(), "wounds": []}], nurse.employee_id), 2):
        path = "/caseload/v1/care-contacts"
        if one.kind == "add_note":
            path += f"/{one.about['care_contact_id']}/notes"
        await door.ask(nurse, one.kind, "POST", path, json=one.body, headers={"Idempotency-Key": str(uuid7())})


def look(step: str, path: str) -> Step:
    """Read something of the team's, of the client at whose door she stands, or of this week."""

    async def read(door: Door, nurse: Nurse) -> None:
        today = datetime.now(UTC).date()
        monday = today - timedelta(days=today.weekday())
        # Somebody who has sent nothing yet asks about a tablet that nobody knows.
        device = nurse.device.id if nurse.device else str(uuid7())
        client = nurse.client()["client"]["id"]
        about = {"team": nurse.team_id, "client": client, "device": device, "today": today, "monday": monday}
        await door.ask(nurse, step, "GET", path.format(**about, sunday=monday + timedelta(days=6)))

    read.__name__ = step
    return read


RECORD = look("record", "/caseload/v1/clients/{client}")
DAY_OF_VISITS = look("visits of the day", "/roster/v1/visits?team_id={team}&on={today}")
MORNING = (
    take_along,
    look("caseload list", "/caseload/v1/caseload?team_id={team}"),
    look("rota", "/roster/v1/shifts?team_id={team}&from_on={monday}&to_on={sunday}"),
    DAY_OF_VISITS,
    look("decisions", "/governance/v1/decisions?team_id={team}"),
    look("wins", "/governance/v1/wins?team_id={team}"),
)
AT_THE_DOOR: tuple[Step, ...] = (RECORD, push, pull)
NOON = (take_along, DAY_OF_VISITS, look("decisions", "/governance/v1/decisions?team_id={team}"))
EVENING = (
    phone_call,
    look("own week", "/roster/v1/time-summary/mine?team_id={team}"),
    look("rota", "/roster/v1/shifts?team_id={team}&from_on={monday}&to_on={sunday}"),
    look("own queue", "/caseload/v1/sync/status?device_id={device}"),
)
DAY: tuple[Step, ...] = (*MORNING, *AT_THE_DOOR * (VISITS // 2), *NOON, *AT_THE_DOOR * (VISITS // 2), *EVENING)
# A phone call is two.
REQUESTS_A_DAY = len(DAY) + 1


async def next_step(door: Door, nurse: Nurse) -> str:
    """Do what comes next in her day, one thing at a time; says which. Raises `Failed`."""
    async with nurse.turn:
        step = DAY[nurse.place % len(DAY)] if nurse.clients else take_along
        nurse.place += 1
        await step(door, nurse)
        return step.__name__
