"""An export is written in steps, each of a few files, and goes on after whatever ends a step."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.common.db import Database
from services.interop import usecases
from services.interop.domain.export import ExportFile
from services.interop.domain.resource import Resource
from services.interop.usecases import export
from tests.interop.answers import stored
from tests.interop.exporting import begun, exporting, lines, made, manifest, of_scope, patients
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import OTHER_TEAM, TEAM, Databases, Running, until


@pytest.fixture
async def system(databases: Databases, caseload: Caseload) -> AsyncIterator[Running]:
    async with exporting(databases, caseload) as started:
        yield started


@pytest.fixture
async def tie(system: Running) -> Any:
    return await of_scope(system, "system/*.rs")


async def test_it_is_made_in_the_background_and_in_small_files(
    databases: Databases, caseload: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(export, "PAGE", 2)
    async with exporting(databases, caseload, usecases.make_exports(0.05, timedelta(0))) as system:
        tie = await of_scope(system, "system/*.rs")
        everybody = {await tell(system, caseload, a_record()) for _ in range(5)}
        where = await begun(tie, "$export?_type=Patient")

        async def is_made() -> bool:
            return bool((await tie.get(where)).status_code == 200)

        await until(is_made)
        told = await manifest(tie, where)
        assert [one["count"] for one in told["output"]] == [2, 2, 1]
        assert patients(await lines(tie, told)) == everybody


async def test_a_restart_goes_on_where_the_last_file_ended(
    databases: Databases, caseload: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(export, "PAGE", 2)
    async with exporting(databases, caseload) as system:
        tie = await of_scope(system, "system/*.rs")
        everybody = [await tell(system, caseload, a_record()) for _ in range(5)]
        where = await begun(tie, "$export?_type=Patient")
        await until(lambda: usecases.export_next(system.databases["interop"], timedelta(0)))
        assert (await tie.get(where)).headers["x-progress"] == "2 resources, 0 of 1 types"
        other = Database(system.databases["interop"].url, system.databases["interop"].metadata)
        await made(system, other)
        await other.close()
        found = await lines(tie, await manifest(tie, where))
        assert [one["id"] for one in found] == sorted(everybody)


async def test_what_is_written_at_once_has_a_file_for_each_team(system: Running, caseload: Caseload, tie: Any) -> None:
    everybody = {await tell(system, caseload, a_record(team_id=team)) for team in (TEAM, OTHER_TEAM, TEAM)}
    where = await begun(tie, "$export?_type=Patient")
    await until(lambda: usecases.export_next(system.databases["interop"], timedelta(0)))
    told = await manifest(tie, where)
    assert [one["count"] for one in told["output"]] == [2, 1]
    assert patients(await lines(tie, told)) == everybody
    for file in await stored(system, ExportFile):
        (team,) = {str(one.team_id) for one in await stored(system, Resource) if one.client_id in file.client_ids}
        assert str(file.team_id) == team
        assert {json.loads(line)["id"] for line in file.body.splitlines()} == {str(one) for one in file.client_ids}


async def test_a_file_is_no_larger_than_is_held_though_each_resource_is_large(
    system: Running, caseload: Caseload, tie: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_BYTES", 1)
    everybody = [await tell(system, caseload, a_record()) for _ in range(3)]
    where = await begun(tie, "$export?_type=Patient")
    await made(system)
    told = await manifest(tie, where)
    assert [one["count"] for one in told["output"]] == [1, 1, 1]
    assert [one["id"] for one in await lines(tie, told)] == sorted(everybody)


async def test_what_the_release_before_had_begun_is_gone_on_with(
    system: Running, caseload: Caseload, tie: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It numbered a file by the version of the export, whatever was in the files before."""
    monkeypatch.setattr(export, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(export, "PAGE", 1)
    everybody = [await tell(system, caseload, a_record()) for _ in range(4)]
    where = await begun(tie, "$export?_type=Patient")
    for _ in range(2):
        await until(lambda: usecases.export_next(system.databases["interop"], timedelta(0)))
    for version, holds in ((2, sorted(everybody)[1]), (1, min(everybody))):
        await system.alter("interop", f"update export_file set number = {version} where '{holds}' = any (client_ids)")
    await made(system)
    found = await lines(tie, await manifest(tie, where))
    assert [one["id"] for one in found] == sorted(everybody)
