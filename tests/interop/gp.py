"""A client who shares their care with their surgery, the contacts that the team records, and MESH beside interop."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from demo.partners.mesh import MAILBOX, PASSWORD, SHARED_KEY
from services.common.auth import SYSTEM
from services.interop.main import SERVICE
from services.interop.usecases import exchange_gp_documents
from tests.interop.records import Caseload, a_record
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running, until

ROUND = 0.05
OF_THE_NHS = {
    "ods_code": "RGR",
    "organisation_name": "West Suffolk neighbourhood teams",
    "mesh_mailbox": MAILBOX,
    "mesh_password": PASSWORD,
    "mesh_shared_key": SHARED_KEY,
}


@asynccontextmanager
async def beside_mesh(databases: Databases, caseload: Caseload, mesh: Any, **own: Any) -> AsyncIterator[Running]:
    """Interop with MESH at an address of its own."""
    service = dataclasses.replace(SERVICE, background=(exchange_gp_documents(ROUND),))
    async with mesh.listening() as url:
        told = OF_THE_NHS | {"mesh_url": url} | own
        async with running(databases, service, peers={"caseload": caseload.app()}, **told) as system:
            await system.join("interop")
            await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
            yield system


def a_shared_record(told_on: str = "2026-11-03", **person: Any) -> dict[str, Any]:
    """A record whose client's surgery may be told of the episode."""
    record = a_record(**person)
    share = {
        "id": str(uuid7()),
        "episode_of_care_id": record["episode_of_care"][0]["id"],
        "ods_code": "A81001",
        "basis": "direct_care",
        "told_on": told_on,
        "stopped_at": None,
    }
    return record | {"surgery_share": [share]}


async def record_contact(system: Running, caseload: Caseload, record: dict[str, Any], contact: int = -1) -> str:
    """The team recorded a contact, and caseload says so."""
    client_id: str = record["client"]["id"]
    caseload.clients[client_id] = record
    told = record["care_contact"][contact]
    fact = {"care_contact_id": told["id"], "client_id": client_id, "channel": told["channel"], "segments": []}
    fact["surgery_share_id"] = next((one["id"] for one in record.get("surgery_share", []) if _covers(one, told)), None)
    await system.deliver("interop", "caseload.care_contact.recorded.v1", {**fact, "started_at": told["started_at"]})
    return client_id


def _covers(share: dict[str, Any], contact: dict[str, Any]) -> bool:
    """Whether it was shared as the contact was recorded."""
    started_at = contact["started_at"]
    return bool(share["told_on"] <= started_at[:10] and (share["stopped_at"] or started_at) >= started_at)


def another_contact(record: dict[str, Any], started_at: str) -> dict[str, Any]:
    """The record with one more contact."""
    contact = record["care_contact"][0] | {"id": str(uuid7()), "started_at": started_at, "visit_id": None}
    activity = {"id": str(uuid7()), "care_contact_id": contact["id"], "activity_type": "nursing", "minutes": 20}
    contacts = [*record["care_contact"], contact]
    return record | {"care_contact": contacts, "activities": [*record["activities"], activity]}


async def documents(who: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = await who.get("/v1/gp-documents", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def send_now(who: Any, document: dict[str, Any]) -> Any:
    return await who.post(f"/v1/gp-documents/{document['id']}/send")


async def standing(who: Any, document: dict[str, Any], met: Callable[[dict[str, Any]], bool] | str) -> dict[str, Any]:
    """The document once it has come to this state, or to what is asked of it."""

    async def once() -> Any:
        (found,) = [one for one in await documents(who) if one["id"] == document["id"]]
        return found if (found["state"] == met if isinstance(met, str) else met(found)) else None

    found: dict[str, Any] = await until(once)
    return found


async def messages(system: Running, **asked: Any) -> list[dict[str, Any]]:
    ops = await system.client("interop", "ops-1", "ops")
    found: list[dict[str, Any]] = (await ops.get("/v1/mesh-messages", params=asked)).json()["items"]
    return found


async def overdue(system: Running, document: dict[str, Any]) -> None:
    """The time in which an answer is due has passed."""
    table = system.databases["interop"].metadata.tables["gp_document"]
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        past = table.update().where(table.c.id == document["id"]).values(due_at=tx.now - timedelta(seconds=1))
        await tx.session.execute(past)
