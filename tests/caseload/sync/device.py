"""A device in a test: its queue, its clock, and what it pushes."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.caseload.story import OnCaseload, a_plan, new_id, take_on
from tests.running import NURSE, Running


def ago(**span: float) -> str:
    """An instant in the past, as a device writes it."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


@dataclass
class Device:
    """Numbers what is done on it, one after the other."""

    nurse: Any
    holder: UUID = NURSE
    id: str = field(default_factory=new_id)
    made: int = 0

    def did(
        self, kind: str, body: dict[str, Any] | None = None, about: dict[str, str] | None = None, **more: Any
    ) -> Any:
        self.made += 1
        operation = {
            "operation_id": new_id(),
            "sequence": self.made,
            "kind": kind,
            "about": about or {},
            "base_version": None,
            "occurred_at": ago(minutes=30),
            "made_by": str(self.holder),
            "body": body or {},
        }
        return operation | more

    async def send(self, *operations: Any, **changes: Any) -> Any:
        """The answer, whatever it is."""
        told = {"device_id": self.id, "sent_at": ago(), "unsent": 0, "oldest_unsent_at": None}
        # In ASCII, so that what is no text can be sent as well.
        content = json.dumps({**told, "operations": list(operations), **changes})
        return await self.nurse.post("/v1/sync/push", content=content, headers={"Content-Type": "application/json"})

    async def push(self, *operations: Any, **changes: Any) -> list[dict[str, Any]]:
        answer = await self.send(*operations, **changes)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [one["outcome"] for one in results]


async def a_device(caseload: Running, holder: UUID = NURSE) -> Device:
    return Device(await caseload.client("caseload", holder), holder)


async def contacts(client: OnCaseload) -> list[dict[str, Any]]:
    """The contacts on the client's record."""
    found: list[dict[str, Any]] = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()["care_contact"]
    return found


@dataclass
class Planned:
    """A client with a plan of two lines, at version 2."""

    client: OnCaseload
    plan_id: str
    lines: list[str]

    @property
    def path(self) -> str:
        return f"/v1/care-plans/{self.plan_id}"

    async def read(self) -> Any:
        return (await self.client.nurse.get(self.path)).json()

    async def line(self, place: int = 0) -> Any:
        return (await self.read())["lines"][place]

    def change(self, device: Device, words: str, place: int = 0, **more: Any) -> Any:
        about = {"care_plan_id": self.plan_id, "line_id": self.lines[place]}
        return device.did("change_line", {"words": words}, about, **{"base_version": 2, **more})


async def planned(caseload: Running, client: OnCaseload | None = None) -> Planned:
    """The client's plan; another one, if they are known already."""
    client = client or await take_on(caseload)
    plan = a_plan(client.episode_id)
    await client.post("/v1/care-plans", plan)
    agreed = {"agreed_how": "in_person", "agreed_on": "2026-11-04"}
    await client.post(f"/v1/care-plans/{plan['id']}/agree", agreed)
    return Planned(client, plan["id"], [line["id"] for line in plan["lines"]])
