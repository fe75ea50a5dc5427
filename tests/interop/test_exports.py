"""The record in bulk: what is asked for and no more, as it was then, for the system that asked and for a day."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from services.common.auth import SYSTEM
from services.interop import usecases
from services.interop.fhir import registry
from services.interop.usecases import export
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.exporting import ASYNC, INSIDE, begun, exported, exporting, lines, made, manifest, of_scope, patients
from tests.interop.network import a_person
from tests.interop.records import Caseload, a_record, a_referral
from tests.interop.telling import tell
from tests.running import OTHER_TEAM, TEAM, Databases, Running, until


@pytest.fixture
async def system(databases: Databases, caseload: Caseload) -> AsyncIterator[Running]:
    async with exporting(databases, caseload) as started:
        yield started


@pytest.fixture
async def tie(system: Running) -> Any:
    return await of_scope(system, "system/*.rs")


async def test_what_is_exported_is_what_a_read_shows(system: Running, caseload: Caseload, tie: Any) -> None:
    client_id = await tell(system, caseload, a_record())
    where = await begun(tie)
    waiting = await tie.get(where)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (202, "2")
    assert waiting.headers["x-progress"] == f"0 resources, 0 of {len(registry.SERVED)} types"
    await made(system)
    answer = await tie.get(where)
    told = answer.json()
    assert (told["request"], told["requiresAccessToken"], told["error"]) == (f"{INSIDE}{BASE}/$export", True, [])
    assert answer.headers["expires"].endswith(" GMT")
    found = await lines(tie, told)
    assert {one["resourceType"] for one in found} > {"Patient", "Observation", "Encounter", "ServiceRequest"}
    for one in found:
        assert (await tie.get(f"{BASE}/{one['resourceType']}/{one['id']}")).json() == one
    everything = resources(await tie.get(f"{BASE}/Patient/{client_id}/$everything?_count=100"))
    assert {one["id"] for one in everything} == {one["id"] for one in found}


async def test_a_decimal_is_exported_as_it_was_written(system: Running, caseload: Caseload, tie: Any) -> None:
    await tell(system, caseload, a_record())
    await system.alter(
        "interop", 'update resource set content = replace(content, \'"resourceType"\', \'"x":72.50,"resourceType"\')'
    )
    where = await begun(tie, "$export?_type=Patient")
    await made(system)
    (one,) = (await manifest(tie, where))["output"]
    assert '"x":72.50,' in (await tie.get(one["url"].removeprefix(INSIDE))).text


async def test_patients_and_teams_are_exported_apart(system: Running, caseload: Caseload, tie: Any) -> None:
    ours = await tell(system, caseload, a_record())
    theirs = await tell(system, caseload, a_record(team_id=OTHER_TEAM))
    referral_id = await a_referral_of_nobody(system, caseload)
    everybody = await exported(system, tie)
    assert patients(everybody) == {ours, theirs}
    assert referral_id in {one["id"] for one in everybody}
    of_patients = await exported(system, tie, "Patient/$export")
    assert patients(of_patients) == {ours, theirs}
    assert referral_id not in {one["id"] for one in of_patients}
    for team, client_id in ((TEAM, ours), (OTHER_TEAM, theirs)):
        found = await exported(system, tie, f"Group/{team}/$export")
        assert patients(found) == {client_id}
        assert len(found) == len(of_patients) // 2


async def test_of_a_type_with_filters_is_exported_what_one_of_them_finds(
    system: Running, caseload: Caseload, tie: Any
) -> None:
    await tell(system, caseload, a_record())
    whole = await exported(system, tie)
    codes = [one["code"]["coding"][0]["code"] for one in whole if one["resourceType"] == "Observation"]
    assert len(set(codes)) > 1
    one, *_ = codes
    asked = {"_type": "Observation,Patient", "_typeFilter": f"Observation?code={one},none"}
    found = await exported(system, tie, f"$export?{urlencode(asked)}")
    assert [kept["code"]["coding"][0]["code"] for kept in found[:-1]] == [one] * codes.count(one)
    assert [kept["resourceType"] for kept in found[-1:]] == ["Patient"]
    both = urlencode({"_type": "Observation", "_typeFilter": "Observation?code=none,Observation?status=final"})
    assert len(await exported(system, tie, f"$export?{both}")) == len(codes)


async def test_what_is_exported_may_be_asked_for_in_a_body(system: Running, caseload: Caseload, tie: Any) -> None:
    await tell(system, caseload, a_record())
    named = [{"name": "_type", "valueString": "Patient"}, {"name": "_since", "valueInstant": "2020-01-01T00:00:00Z"}]
    body = {"resourceType": "Parameters", "parameter": named}
    answer = await tie.post(f"{BASE}/$export", json=body, headers=ASYNC)
    assert answer.status_code == 202, answer.text
    await made(system)
    told = await manifest(tie, answer.headers["content-location"].removeprefix(INSIDE))
    assert told["request"] == f"{INSIDE}{BASE}/$export?_type=Patient&_since=2020-01-01T00%3A00%3A00Z"
    assert [one["type"] for one in told["output"]] == ["Patient"]
    for path in ("Patient/$export", f"Group/{TEAM}/$export"):
        assert (await tie.post(f"{BASE}/{path}", headers=ASYNC)).status_code == 202, "no body is no parameter"
        await made(system)
    for bad, place in (
        ({"resourceType": "Patient"}, "http"),
        ({"resourceType": "Parameters", "parameter": [{"name": "_since", "valueString": "2020"}]}, "http._since"),
        ({"resourceType": "Parameters", "parameter": [{"name": "colour", "valueString": "red"}]}, "http.colour"),
        ({"resourceType": "Parameters", "parameter": [{"name": "_type"}]}, "http._type"),
    ):
        refused = await tie.post(f"{BASE}/$export", json=bad, headers=ASYNC)
        assert 400 <= refused.status_code < 500, refused.text
        assert refused.json()["issue"][0]["expression"][0].startswith(place), refused.text


async def a_referral_of_nobody(system: Running, caseload: Caseload) -> str:
    referral = a_referral()
    caseload.referrals[referral["id"]] = referral
    await system.deliver(
        "interop", "caseload.referral.received.v1", {"referral_id": referral["id"], "inbound_referral_id": None}
    )
    found: str = referral["id"]
    return found


async def test_types_and_the_time_since_narrow_it(system: Running, caseload: Caseload, tie: Any) -> None:
    first = await tell(system, caseload, a_record())
    where = await begun(tie, "$export?_type=Patient,Encounter&_type=Encounter&_outputFormat=ndjson")
    await made(system)
    told = await manifest(tie, where)
    assert told["request"].startswith(f"{INSIDE}{BASE}/$export?_type=Patient%2CEncounter")
    assert [one["type"] for one in told["output"]] == ["Patient", "Encounter"]
    second = await tell(system, caseload, a_record())
    since = told["transactionTime"].replace("+", "%2B")
    assert patients(await exported(system, tie, f"Patient/$export?_since={since}")) == {second}
    assert patients(await exported(system, tie, "$export?_since=2020-01-01T00:00:00Z")) == {first, second}


async def test_it_is_as_of_the_moment_of_asking(system: Running, caseload: Caseload, tie: Any) -> None:
    """What changes while it is made is exported as it was, and what is new meanwhile the next time."""
    client_id = await tell(system, caseload, a_record())
    where = await begun(tie, "$export?_type=Patient")
    await tell(system, caseload, a_record(client_id, family_name="Shaw", version=2))
    await tell(system, caseload, a_record())
    await made(system)
    told = await manifest(tie, where)
    (found,) = await lines(tie, told)
    assert (found["id"], found["name"][0]["family"], found["meta"]["versionId"]) == (client_id, "Tabor", "1")
    since = told["transactionTime"].replace("+", "%2B")
    assert len(await exported(system, tie, f"$export?_type=Patient&_since={since}")) == 2


async def test_whoever_agrees_no_longer_meanwhile_is_not_named(system: Running, caseload: Caseload, tie: Any) -> None:
    person, record = a_person(), a_record()
    await tell(system, caseload, record | {"network_person": [person]})
    where = await begun(tie, "$export?_type=RelatedPerson")
    withdrawn = {"consent_on": None, "withdrawn_on": "2026-11-20", "name": "", "phone": None, "version": 2}
    await tell(system, caseload, record | {"network_person": [person | withdrawn]})
    await made(system)
    (found,) = await lines(tie, await manifest(tie, where))
    assert (found["id"], found["meta"]["versionId"]) == (person["id"], "1"), "it is as it was, but for who they are"
    assert not {"name", "telecom", "relationship"} & set(found)


async def test_nothing_that_is_still_being_written_is_missed(system: Running, caseload: Caseload, tie: Any) -> None:
    """Whoever began before the asking may commit after it, as of before."""
    await tell(system, caseload, a_record())
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        await tx.teams()
        where = await begun(tie, "$export?_type=Patient")
        assert await usecases.export_next(system.databases["interop"], timedelta(0)) == 0
    await made(system)
    assert len(await lines(tie, await manifest(tie, where))) == 1
    await begun(tie)
    assert await usecases.export_next(system.databases["interop"]) == 0


async def test_a_step_that_always_fails_ends_the_export_and_holds_up_no_other(
    system: Running, caseload: Caseload, tie: Any
) -> None:
    await tell(system, caseload, a_record())
    broken = await begun(tie, "$export?_type=Patient")
    await system.alter("interop", "update resource set content = '{' where resource_type = 'Patient'")
    well = await begun(tie, "$export?_type=Encounter")
    await made(system)
    assert len(await lines(tie, await manifest(tie, well))) == 1
    refused_once(await tie.get(broken), 500, "exception")
    assert (await tie.delete(broken)).status_code == 202


async def test_a_cancelled_export_is_gone_with_its_files(system: Running, caseload: Caseload, tie: Any) -> None:
    await tell(system, caseload, a_record())
    where = await begun(tie)
    await made(system)
    told = await manifest(tie, where)
    assert (await tie.delete(where)).status_code == 202
    for path in (where, told["output"][0]["url"].removeprefix(INSIDE)):
        refused_once(await tie.get(path), 404, "not-found")
    refused_once(await tie.delete(where), 404, "not-found")
    assert await kept(system) == 0


async def kept(system: Running) -> int:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        files = tx.metadata.tables["export_file"]
        found: int = (await tx.session.execute(select(func.count()).select_from(files))).scalar_one()
        return found


async def test_files_are_kept_as_long_as_the_rule_says(
    databases: Databases, caseload: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PURGE_SECONDS", 0.05)
    async with exporting(databases, caseload, usecases.remove_expired_exports) as system:
        tie = await of_scope(system, "system/*.rs")
        await tell(system, caseload, a_record())
        where = await begun(tie)
        await made(system)
        told = await manifest(tie, where)
        await system.alter("interop", "update export_job set expires_at = expires_at - interval '23 hours 58 minutes'")
        assert (await tie.get(where)).status_code == 200
        await system.alter("interop", "update export_job set expires_at = expires_at - interval '3 minutes'")
        for path in (where, told["output"][0]["url"].removeprefix(INSIDE)):
            refused_once(await tie.get(path), 404, "not-found")

        async def is_removed() -> bool:
            return await kept(system) == 0

        await until(is_removed)
