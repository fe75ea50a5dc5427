"""An export is refused with the place and the way out, and is nobody's but the system's that asked for it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from tests.interop.answers import BASE, refused_once
from tests.interop.exporting import ASYNC, INSIDE, begun, exporting, made, manifest, of_scope
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import TEAM, Databases, Running

PATHS = ("$export", "Patient/$export", f"Group/{TEAM}/$export")


@pytest.fixture
async def system(databases: Databases, caseload: Caseload) -> AsyncIterator[Running]:
    async with exporting(databases, caseload) as started:
        await tell(started, caseload, a_record())
        yield started


@pytest.fixture
async def tie(system: Running) -> Any:
    return await of_scope(system, "system/*.rs")


async def test_whoever_is_no_partners_system_exports_nothing(system: Running) -> None:
    nobody, nurse = await system.client("interop", None), await system.nurse("interop")
    for path in (*PATHS, f"$export-status/{uuid7()}", f"$export-file/{uuid7()}"):
        refused_once(await nobody.get(f"{BASE}/{path}", headers=ASYNC), 401, "login")
        refused_once(await nurse.get(f"{BASE}/{path}", headers=ASYNC), 403, "forbidden")


async def test_what_cannot_be_exported_is_refused_with_its_place(tie: Any) -> None:
    wrong = {
        "_type=Patients": "http._type",
        "_type=Patient,Group": "http._type",
        "_type=": "http._type",
        "_since=2026-11-27": "http._since",
        "_since=yesterday": "http._since",
        "_since=2026-11-27T08:00:00": "http._since",
        "_since=2026-11-27T08:00:00Z&_since=2026-11-27T08:00:00Z": "http._since",
        "_outputFormat=csv": "http._outputFormat",
        "_typeFilter=Patient%3Fcolour%3Dred": "http._typeFilter",
        "_typeFilter=Patient%3Fname%3DTabor": "http._typeFilter",
        "_typeFilter=Patient%3F_count%3D1": "http._typeFilter",
        "_typeFilter=Group%3F_id%3D1": "http._typeFilter",
        "_type=Encounter&_typeFilter=Patient%3Factive%3Dtrue": "http._typeFilter",
        "&".join(["_typeFilter=Patient%3Factive%3Dtrue"] * 11): "http._typeFilter",
        "_elements=id": "http._elements",
        "patient=Patient/1": "http.patient",
    }
    for query, expression in wrong.items():
        for path in PATHS:
            issue = refused_once(await tie.get(f"{BASE}/{path}?{query}", headers=ASYNC), 400, "invalid")
            assert issue["expression"] == [expression], query
    refused_once(await tie.get(f"{BASE}/$export?_type=%00", headers=ASYNC), 400, "invalid")
    for prefer in ({}, {"Prefer": "handling=lenient"}, {"Prefer": "respond-asynchronously"}):
        issue = refused_once(await tie.get(f"{BASE}/$export", headers=prefer), 400, "invalid")
        assert issue["expression"] == ["http.Prefer"]
    for group in (uuid7(), "x"):
        refused_once(await tie.get(f"{BASE}/Group/{group}/$export", headers=ASYNC), 404, "not-found")


async def test_a_lenient_caller_is_told_what_was_understood(system: Running, tie: Any) -> None:
    lenient = {"Prefer": "respond-async, handling=lenient"}
    asked = f"{BASE}/$export?_type=Patient,Group&_elements=id&_format=json"
    answer = await tie.get(asked, headers=lenient)
    await made(system)
    told = await manifest(tie, answer.headers["content-location"].removeprefix(INSIDE))
    assert told["request"] == f"{INSIDE}{BASE}/$export?_type=Patient%2CGroup"
    assert [one["type"] for one in told["output"]] == ["Patient"]


async def test_an_export_holds_what_the_token_may_read(system: Running) -> None:
    partly = await of_scope(system, "system/Patient.rs system/Encounter.r")
    where = await begun(partly)
    await made(system)
    told = await manifest(partly, where)
    assert [one["type"] for one in told["output"]] == ["Patient"]
    for asked in ("?_type=Encounter", "?_type=Patient,Encounter"):
        refused_once(await partly.get(f"{BASE}/$export{asked}", headers=ASYNC), 403, "forbidden")
    fewer = await of_scope(system, "system/Encounter.rs events:read")
    file = told["output"][0]["url"].removeprefix(INSIDE)
    refused_once(await fewer.get(file), 403, "forbidden")
    none = await of_scope(system, "events:read")
    refused_once(await none.get(f"{BASE}/$export", headers=ASYNC), 403, "forbidden")


async def test_an_export_is_its_own_systems_alone(system: Running, tie: Any) -> None:
    where = await begun(tie)
    await made(system)
    file = (await manifest(tie, where))["output"][0]["url"].removeprefix(INSIDE)
    other = await of_scope(system, "system/*.rs", "another-trust")
    for path in (where, file, f"{BASE}/$export-status/x", f"{BASE}/$export-file/{uuid7()}"):
        refused_once(await other.get(path), 404, "not-found")
    refused_once(await other.delete(where), 404, "not-found")
    assert (await tie.get(file)).status_code == 200


async def test_a_file_of_an_export_that_is_not_over_is_not_there(system: Running, tie: Any) -> None:
    where = await begun(tie)
    await made(system)
    file = (await manifest(tie, where))["output"][0]["url"].removeprefix(INSIDE)
    await system.alter("interop", "update export_job set status = 'running'")
    refused_once(await tie.get(file), 404, "not-found")


async def test_a_system_has_no_more_at_once_than_the_rule_says(system: Running, tie: Any) -> None:
    for _ in range(10):
        await begun(tie)
    answer = await tie.get(f"{BASE}/$export", headers=ASYNC)
    refused_once(answer, 429, "throttled")
    assert answer.headers["retry-after"] == "60"
    other = await of_scope(system, "system/*.rs", "another-trust")
    await begun(other)
    await made(system)
    await begun(tie)


async def test_everybody_in_a_file_is_on_record(system: Running, caseload: Caseload, tie: Any) -> None:
    client_id = await tell(system, caseload, a_record())
    where = await begun(tie, "$export?_type=Patient")
    await made(system)
    (one,) = (await manifest(tie, where))["output"]
    assert (await tie.get(one["url"].removeprefix(INSIDE))).status_code == 200
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        trail = tx.metadata.tables["audit_event"]
        rows = await tx.rows(trail.select().where(trail.c.operation.like("%$export%")).order_by(trail.c.seq))
    assert [len(row.client_ids or ()) for row in rows] == [0, 0, 2]
    assert client_id in map(str, rows[-1].client_ids)
    assert {row.subject for row in rows} == {"trust-tie"}
