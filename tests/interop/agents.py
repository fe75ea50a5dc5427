"""Interop whose teams' contacts go into SystmOne units, and the agents of those."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from uuid6 import uuid7

from demo.partners.systmone_agent import Agent, Unit
from services.interop.main import SERVICE
from services.interop.usecases.unit_entries import end_leases
from tests.interop.gp import another_contact, record_contact
from tests.interop.records import Caseload, a_record
from tests.interop.staff import Staff
from tests.running import OTHER_TEAM, STRANGER, TEAM, Databases, Running, running, until

NORTH, SOUTH = "north-agent", "south-agent"
WRITES = {"NORTH": {"team_id": str(TEAM), "agent": NORTH}, "SOUTH": {"team_id": str(OTHER_TEAM), "agent": SOUTH}}
PATH = "/v1/systmone-entries"
NEWS = "update unit_entry set until_at = now() - interval '1 second' where state = 'taken'"


@asynccontextmanager
async def beside_agents(
    databases: Databases, caseload: Caseload, staff: Staff, *, joins: bool = True, **own: Any
) -> AsyncIterator[Running]:
    service = dataclasses.replace(SERVICE, background=(end_leases(0.05),))
    peers = {"caseload": caseload.app(), "hr": staff.app()}
    async with running(databases, service, peers=peers, **{"systmone_writes": WRITES, **own}) as system:
        if joins:
            await system.join("interop")
            await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        yield system


async def an_agent(system: Running, name: str = NORTH, device: str = "PC-1", unit: Unit | None = None) -> Agent:
    return Agent(await system.client("interop", name, "integrator"), unit or Unit(), device)


async def recorded(system: Running, caseload: Caseload, contacts: int = 1, **person: Any) -> list[str]:
    """A client of the team's with so many contacts, by the ids of these."""
    record = a_record(client_id=str(uuid7()), **person)
    await record_contact(system, caseload, record)
    for hour in range(1, contacts):
        record = another_contact(record, f"2026-11-10T1{hour}:00:00Z")
        await record_contact(system, caseload, record)
    return [one["id"] for one in record["care_contact"]]


async def entries(who: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = await who.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def entry_of(who: Any, contact: str) -> dict[str, Any]:
    (found,) = [one for one in await entries(who) if one["care_contact_id"] == contact]
    return found


async def do(who: Any, entry: dict[str, Any], what: str, **body: Any) -> Any:
    return await who.post(f"{PATH}/{entry['id']}/{what}", json=body or None)


async def lease_over(system: Running, who: Any) -> None:
    """What is taken is answered for too late."""
    await system.alter("interop", NEWS)

    async def none_taken() -> bool:
        return not await entries(who, state="taken")

    await until(none_taken)


async def partner(system: Running, name: str = "systmone_agent:NORTH") -> dict[str, Any]:
    ops = await system.client("interop", "ops-1", "ops")
    items = (await ops.get("/v1/partners")).json()["items"]
    return next(dict(one) for one in items if one["name"] == name)
