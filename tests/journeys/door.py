"""The demo's people at the services themselves, in one process and without a gateway, for journeys told as tests."""

from typing import Any

import httpx

from demo.barrow import DATA, TEAM, Calendar, people
from demo.callers import Gateway, until
from demo.report import Report
from demo.seed.clients import Clients
from demo.seed.staff import Staff
from tests.running import Running

KNOWS_THE_TEAM = (
    f"/caseload/v1/outcomes?team_id={TEAM}",
    f"/roster/v1/time-summary?team_id={TEAM}",
    f"/governance/v1/obstacles/summary?team_id={TEAM}",
)


class Door(Gateway):
    """Each call goes to the service that its path names, signed in as the person that the demo knows."""

    def __init__(self, system: Running) -> None:
        self.system = system
        self._clients: dict[tuple[str, str], Any] = {}

    async def call(self, person: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        service, _, rest = path.lstrip("/").partition("/")
        if service == "fhir":
            service, rest = "interop", path.lstrip("/")
        if (person, service) not in self._clients:
            who = people()[person]
            self._clients[person, service] = await self.system.client(service, who.subject, who.persona)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: httpx.Response = await self._clients[person, service].request(
            method, f"/{rest}", json=body, headers=named
        )
        return answer

    async def refused(self, person: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """The status and the code of a refusal."""
        answer = await self.call(person, method, path, body)
        assert not answer.is_success, answer.text
        return answer.status_code, answer.json()["code"]


async def move_in(door: Door, calendar: Calendar) -> None:
    """The Barrow team: six staff, eighteen clients assessed and with a plan, eight ground rules, three obstacles."""
    report = Report(as_json=True)
    await Staff(door, calendar, report).sow()
    for member in DATA["staff"]:
        for path in KNOWS_THE_TEAM:
            await until(lambda who=member["key"], path=path: _answers(door, who, path))
    await Clients(door, calendar, report).sow()


async def _answers(door: Door, who: str, path: str) -> bool:
    return (await door.call(who, "GET", path)).is_success
