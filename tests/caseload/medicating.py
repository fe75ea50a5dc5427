"""A client with medicines, and those who give them: two registered nurses and an assistant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.types import day_in_england
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import DEPUTY, NURSE, TEAM, Running

ASSISTANT = UUID("01938000-0000-7000-8000-000000000003")
ROLES = {NURSE: "registered_nurse", DEPUTY: "registered_nurse", ASSISTANT: "assistant_practitioner"}
MORNING = "2026-11-04T08:05:00Z"
AS_NEEDED = {"purpose": "Pain in the hip", "minimum_interval_minutes": 240, "maximum_in_24_hours": 4}


def now(**back: float) -> str:
    return (datetime.now(UTC) - timedelta(**back)).isoformat()


def in_days(days: int) -> str:
    return str(day_in_england(datetime.now(UTC)) + timedelta(days=days))


def a_medicine(client_id: str, **changes: Any) -> dict[str, Any]:
    """Mornings and evenings since 2 November."""
    medicine = {
        "id": new_id(),
        "client_id": client_id,
        "drug": "Metformin 500 mg tablets",
        "snomed_code": "109081006",
        "dose": "1 tablet",
        "route": "oral",
        "times": ["08:00", "20:00"],
        "starts_on": "2026-11-02",
    }
    return medicine | changes


def as_needed(**changes: Any) -> dict[str, Any]:
    return {"times": [], "as_needed": AS_NEEDED | changes}


def an_administration(medicine_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "medicine_id": medicine_id, "outcome": "given", "happened_at": MORNING, **changes}


def a_delegation(medicine: str, **changes: Any) -> dict[str, Any]:
    delegation = {
        "id": new_id(),
        "task": "give_medicine",
        "medicine_id": medicine,
        "employee_id": str(ASSISTANT),
        "until_on": in_days(30),
    }
    return delegation | changes


async def told_of_role(system: Running, employee: UUID, role: str, *, version: int = 2, **changes: Any) -> None:
    """As hr tells it."""
    membership = {"team_id": str(TEAM), "employee_id": str(employee), "role": role, "from_on": "2025-01-01"}
    await system.deliver("caseload", "hr.team_membership.changed.v1", membership | changes, version=version)


async def signed_off(system: Running, *, version: int = 1, **changes: Any) -> dict[str, Any]:
    """As hr tells it."""
    competency = {
        "competency_id": new_id(),
        "team_id": str(TEAM),
        "employee_id": str(ASSISTANT),
        "task": "give_medicine",
        "assessed_by": str(NURSE),
        "assessed_on": "2026-11-02",
        "until_on": in_days(200),
    }
    told = competency | changes
    word = "withdrawn" if "withdrawn_at" in told else "signed_off"
    await system.deliver("caseload", f"hr.competency.{word}.v1", told, version=version)
    return told


@dataclass
class Giving:
    """Those who give, and whom they give to."""

    system: Running
    client: OnCaseload
    nurse: Any
    deputy: Any
    assistant: Any

    async def medicine(self, **changes: Any) -> str:
        """The id of a new medicine of the client's."""
        added = await self.client.post("/v1/medicines", a_medicine(self.client.client_id, **changes))
        return str(added["id"])

    async def read(self, medicine_id: str) -> Any:
        return (await self.nurse.get(f"/v1/medicines/{medicine_id}")).json()

    async def record(self, medicine_id: str, *, by: Any = None, **changes: Any) -> Any:
        """The answer to one record."""
        return await (by or self.nurse).post("/v1/administrations", json=an_administration(medicine_id, **changes))

    async def recorded(self, medicine_id: str, *, by: Any = None, **changes: Any) -> Any:
        answer = await self.record(medicine_id, by=by, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(self, medicine_id: str, code: str, *, by: Any = None, status: int = 409, **changes: Any) -> Any:
        """Nothing is kept of what is refused."""
        before = await self.all(medicine_id)
        answer = await self.record(medicine_id, by=by, **changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert await self.all(medicine_id) == before
        return answer.json()["errors"][0]

    async def all(self, medicine_id: str) -> list[Any]:
        found = await self.nurse.get("/v1/administrations", params={"medicine_id": medicine_id})
        return list(found.json()["items"])

    async def due(self, as_of: str, **params: Any) -> list[Any]:
        found = await self.nurse.get("/v1/due-medicines", params={"as_of": as_of, **params})
        assert found.status_code == 200, found.text
        return list(found.json()["items"])


async def giving(caseload: Running) -> Giving:
    for employee, role in ROLES.items():
        await told_of_role(caseload, employee, role)
    await signed_off(caseload)
    client = await take_on(caseload)
    deputy, assistant = [await caseload.client("caseload", who) for who in (DEPUTY, ASSISTANT)]
    return Giving(caseload, client, client.nurse, deputy, assistant)
