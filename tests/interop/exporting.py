"""A trust that exports the record in bulk, and what it does one after another."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.watching import drained
from services.interop import usecases
from services.interop.main import SERVICE
from tests.interop.answers import BASE
from tests.interop.records import Caseload
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running, until

ASYNC = {"Prefer": "respond-async"}
INSIDE = "http://interop:8000"


@asynccontextmanager
async def exporting(databases: Databases, caseload: Caseload, *background: Any) -> AsyncIterator[Running]:
    """Interop with no work beside its requests but this."""
    service = dataclasses.replace(SERVICE, background=background)
    async with running(databases, service, peers={"caseload": caseload.app()}) as system:
        await system.join("interop")
        await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        yield system


async def of_scope(system: Running, scope: str, name: str = "trust-tie") -> Any:
    return await system.client("interop", name, "integrator", scope=scope)


async def begun(client: Any, path: str = "$export") -> str:
    """Where to ask how far it is."""
    answer = await client.get(f"{BASE}/{path}", headers=ASYNC)
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    where: str = answer.headers["content-location"]
    return where.removeprefix(INSIDE)


async def made(system: Running, database: Database | None = None) -> None:
    """All that was asked for is written; whatever had begun before is waited for."""
    at = database or system.databases["interop"]

    async def is_made() -> bool:
        await drained(lambda: usecases.export_next(at, timedelta(0)))
        async with at.transaction(SYSTEM) as tx:
            jobs = tx.metadata.tables["export_job"]
            return not await tx.all(select(jobs.c.id).where(jobs.c.status == "running"))

    await until(is_made)


async def manifest(client: Any, where: str) -> Any:
    answer = await client.get(where)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def lines(client: Any, told: Any) -> list[Any]:
    """Every resource of every file, in order."""
    found: list[Any] = []
    for one in told["output"]:
        answer = await client.get(one["url"].removeprefix(INSIDE))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/fhir+ndjson"
        resources = [orjson.loads(line) for line in answer.content.splitlines()]
        assert [one["type"]] * one["count"] == [resource["resourceType"] for resource in resources]
        found += resources
    return found


async def exported(system: Running, client: Any, path: str = "$export") -> list[Any]:
    where = await begun(client, path)
    await made(system)
    return await lines(client, await manifest(client, where))


def patients(found: list[Any]) -> set[str]:
    return {one["id"] for one in found if one["resourceType"] == "Patient"}
