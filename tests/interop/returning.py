"""Asking for returns, making them, and reading their files as a loader would."""

import csv
import dataclasses
import hashlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from uuid6 import uuid7

from services.interop import usecases
from services.interop.main import SERVICE
from services.interop.settings import InteropSettings
from tests.interop.records import Caseload, a_record
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running

PROVIDER = {
    "ods_code": "RNN",
    "returns_commissioner": "01K",
    "returns_council_code": "102",
    "returns_cqc_location": "1-999000001",
}
Table = list[dict[str, str]]
OCTOBER = "2026-10"


@asynccontextmanager
async def returning(databases: Databases, caseload: Caseload, **own: Any) -> AsyncIterator[Running]:
    """Interop with no work beside its requests: a return is made when the test says so."""
    service = dataclasses.replace(SERVICE, background=())
    async with running(databases, service, peers={"caseload": caseload.app()}, **(PROVIDER | own)) as system:
        await system.join("interop")
        await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        yield system


def a_return(kind: str = "csds", period: str = "2026-11", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "kind": kind, "period": period, **more}


async def made(system: Running, client: Any, **asked: Any) -> dict[str, Any]:
    """A return that was asked for and made, as it is told."""
    answer = await client.post("/v1/returns", json=a_return(**asked))
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "waiting"
    settings = system.apps["interop"].state.settings
    assert isinstance(settings, InteropSettings)
    assert await usecases.make_next(system.databases["interop"], settings) == 1
    told: dict[str, Any] = (await client.get(f"/v1/returns/{answer.json()['id']}")).json()
    assert told["status"] == "made", told
    return told


async def tables(client: Any, told: dict[str, Any]) -> dict[str, Table]:
    """Every file, by its name without the ending, with what was promised of it."""
    found = {}
    for file in told["files"]:
        answer = await client.get(f"/v1/returns/{told['id']}/files/{file['name']}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"] == answer.headers["checksum-sha256"]
        assert len(answer.content) == file["bytes"]
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert len(rows) == file["rows"]
        found[file["name"].removesuffix(".csv")] = rows
    return found


def in_october(**about: Any) -> dict[str, Any]:
    """A client's record whose referral came in September and whose contact and plan are of October."""
    record: dict[str, Any] = json.loads(json.dumps(a_record(**about)).replace("2026-11-", f"{OCTOBER}-"))
    record["referral"][0]["received_at"] = "2026-09-21T09:00:00Z"
    return record


def add_contact(record: dict[str, Any], started_at: str, **changes: Any) -> dict[str, Any]:
    """One more contact like the first."""
    contact = {**record["care_contact"][0], "id": str(uuid7()), "started_at": started_at, **changes}
    record["care_contact"].append(contact)
    segment = {"id": str(uuid7()), "care_contact_id": contact["id"], "activity_type": "coordination", "minutes": 65}
    record["activities"].append(segment)
    return contact
