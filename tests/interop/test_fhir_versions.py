"""Every version of a resource is kept and shown to whoever may read the resource, and to nobody else."""

from typing import Any

import asyncpg
import orjson
import pytest
from sqlalchemy.dialects import postgresql

from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.events import Envelope
from services.interop.domain.resource import Written
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running, owner


async def granted(system: Running, scope: str) -> Any:
    client = await system.client("interop", None)
    token = system.issuer.token("trust-tie", "integrator", "interop", scope=scope)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


async def changed_twice(interop: Running, caseload: Caseload) -> str:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(client_id, family_name="Shaw", version=2))
    return client_id


async def test_each_version_is_read_as_it_was(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await changed_twice(interop, caseload)
    path = f"{BASE}/Patient/{client_id}"
    first, second = [await trust.get(f"{path}/_history/{number}") for number in (1, 2)]
    assert [answer.json()["name"][0]["family"] for answer in (first, second)] == ["Tabor", "Shaw"]
    assert (first.headers["etag"], first.json()["meta"]["versionId"]) == ('W/"1"', "1")
    assert second.json() == (await trust.get(path)).json()
    for number in ("3", "0", "x", "9" * 30):
        refused_once(await trust.get(f"{path}/_history/{number}"), 404, "not-found")


async def test_the_history_is_told_newest_first_and_page_by_page(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await changed_twice(interop, caseload)
    answer = await trust.get(f"{BASE}/Patient/{client_id}/_history")
    assert [one["meta"]["versionId"] for one in resources(answer)] == ["2", "1"]
    assert [entry["request"]["method"] for entry in answer.json()["entry"]] == ["PUT", "POST"]
    page = await trust.get(f"{BASE}/Patient/_history?_count=1")
    links = {link["relation"]: link["url"] for link in page.json()["link"]}
    following = await trust.get(links["next"].removeprefix("http://interop:8000"))
    assert [one["meta"]["versionId"] for one in resources(page) + resources(following)] == ["2", "1"]
    assert resources(await trust.get(f"{BASE}/Patient/_history?_since=2099")) == []
    assert len(resources(await trust.get(f"{BASE}/Patient/_history?_since=2020"))) == 2


async def test_what_changed_nothing_makes_no_version(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    client_id = await tell(interop, caseload, record)
    await tell(interop, caseload, record)
    assert len(resources(await trust.get(f"{BASE}/Patient/{client_id}/_history"))) == 1


async def made_again(interop: Running, name: str, client_id: str) -> None:
    """What `events rebuild` does with an event about a client that was applied before."""
    consumer: Any = interop.apps["interop"].state.desk.consumers[f"interop.{name}"]
    envelope = Envelope(
        source="/heatshield/caseload", type=name, subject="thing/1", aggregateversion=1, data={"client_id": client_id}
    )
    delivery = consumer.read(Delivery(envelope.model_dump_json(exclude_none=True).encode()))
    lot = await consumer.answered([delivery])
    async with interop.databases["interop"].transaction(SYSTEM, rebuilding=True) as tx:
        await consumer.apply_to(tx, lot)


async def test_a_rebuild_finds_anew_and_adds_no_version(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    path = f"{BASE}/Patient/{client_id}"
    before = (await trust.get(f"{path}/$everything?_count=100")).json()["entry"]
    # As they stood before: indexed in another way, and spaced as the database spaces JSON.
    await interop.alter("interop", "update resource set tokens = '{}', content = content::jsonb::text")
    await interop.alter("interop", "delete from search_time")
    assert resources(await trust.get(f"{BASE}/Encounter?status=finished")) == []
    for _ in range(2):
        await made_again(interop, "caseload.episode_of_care.opened.v1", client_id)
    assert (await trust.get(f"{path}/$everything?_count=100")).json()["entry"] == before
    assert len(resources(await trust.get(f"{BASE}/Encounter?status=finished&date=2026-11-10"))) == 1
    assert [one["meta"]["versionId"] for one in resources(await trust.get(f"{BASE}/Encounter/_history"))] == ["1"]


async def test_a_rebuild_that_learns_something_makes_a_version(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    client_id = await tell(interop, caseload, record)
    caseload.clients[client_id] = a_record(client_id, family_name="Shaw")
    await made_again(interop, "caseload.episode_of_care.opened.v1", client_id)
    found = resources(await trust.get(f"{BASE}/Patient/{client_id}/_history"))
    assert [one["name"][0]["family"] for one in found] == ["Shaw", "Tabor"]


async def test_a_version_of_another_team_is_as_absent_as_none(interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(client_id, OTHER_TEAM, version=2))
    nurse, stranger = await interop.nurse("interop"), await interop.client("interop", STRANGER)
    path = f"{BASE}/Patient/{client_id}"
    for ending in ("_history", "_history/1", "_history/2", "$everything", "Encounter"):
        refused_once(await nurse.get(f"{path}/{ending}"), 404, "not-found")
    assert resources(await nurse.get(f"{BASE}/Patient/_history")) == []
    assert [one["meta"]["versionId"] for one in resources(await stranger.get(f"{path}/_history"))] == ["2"]
    refused_once(await stranger.get(f"{path}/_history/1"), 404, "not-found")


async def test_what_the_caller_has_is_not_sent_again(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    path = f"{BASE}/Patient/{client_id}"
    at = (await trust.get(path)).headers["last-modified"]
    held: tuple[dict[str, str], ...] = (
        {"If-None-Match": 'W/"9", W/"1"'},
        {"If-None-Match": '"1"'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": at},
        {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"},
    )
    for known in held:
        assert (await trust.get(path, headers=known)).status_code == 304, known
    stale: tuple[dict[str, str], ...] = (
        {"If-None-Match": 'W/"9"', "If-Modified-Since": at},
        {"If-Modified-Since": "Fri, 01 Jan 2021 00:00:00 GMT"},
        {"If-Modified-Since": "lately"},
        {"If-Modified-Since": "Fri, 01 Jan 2027 00:00:00 +99999999999999"},
        {"If-None-Match": '"9"'},
        {"If-None-Match": "1"},
    )
    for known in stale:
        assert (await trust.get(path, headers=known)).status_code == 200, known


async def test_everything_of_a_patient_is_theirs_alone(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    other_id = await tell(interop, caseload, a_record())
    answer = await trust.get(f"{BASE}/Patient/{client_id}/$everything?_count=100")
    kinds = {one["resourceType"] for one in resources(answer)}
    course = {"Patient", "ServiceRequest", "EpisodeOfCare", "CareTeam", "Encounter", "CarePlan", "Goal"}
    assert kinds == course | {"Condition", "Observation", "QuestionnaireResponse", "DocumentReference"}
    assert other_id not in answer.text
    within = await trust.get(f"{BASE}/Patient/{client_id}/Observation?code=87289-1,72287-6")
    assert [one["subject"]["reference"] for one in resources(within)] == [f"Patient/{client_id}"]
    assert within.json()["link"][0]["url"].startswith(f"http://interop:8000{BASE}/Patient/{client_id}/Observation?")


async def test_everything_of_a_patient_comes_page_by_page_and_whole(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    """Resources of two types may have one id, and stand on either side of the end of a page."""
    record = a_record()
    client_id = record["client"]["id"]
    record["episode_of_care"][0]["id"] = record["care_contact"][0]["id"] = client_id
    await tell(interop, caseload, record)
    everything = f"{BASE}/Patient/{client_id}/$everything"
    whole = resources(await trust.get(f"{everything}?_count=100"))
    assert len({one["resourceType"] for one in whole if one["id"] == client_id}) == 4
    paged: list[Any] = []
    path: str | None = f"{everything}?_count=1"
    while path:
        page = await trust.get(path)
        paged += resources(page)
        links = {link["relation"]: link["url"] for link in page.json()["link"]}
        path = links["next"].removeprefix("http://interop:8000") if "next" in links else None
    assert paged == whole


@pytest.mark.parametrize(("path", "kind", "total"), [("_history", "history", 2), ("$everything", "searchset", 1)])
async def test_a_count_of_none_is_answered_by_how_many_there_are(
    interop: Running, caseload: Caseload, trust: Any, path: str, kind: str, total: int
) -> None:
    client_id = await changed_twice(interop, caseload)
    await interop.alter("interop", "delete from resource where resource_type <> 'Patient'")
    answer = (await trust.get(f"{BASE}/Patient/{client_id}/{path}?_count=0")).json()
    assert (answer["type"], answer["total"], "entry" in answer) == (kind, total, False)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("$everything", "system/Patient.rs"),
        ("_history", "system/Patient.s"),
        ("_history/1", "system/Patient.s"),
        ("Encounter", "system/Encounter.rs"),
        ("Encounter", "system/Patient.rs"),
    ],
)
async def test_a_scope_that_refuses_a_read_refuses_the_way_round(
    interop: Running, caseload: Caseload, path: str, scope: str
) -> None:
    client_id = await tell(interop, caseload, a_record())
    limited = await granted(interop, scope)
    refused_once(await limited.get(f"{BASE}/Patient/{client_id}/{path}"), 403, "forbidden")


@pytest.mark.parametrize("path", ["_history", "_history/1", "$everything", "Encounter"])
async def test_anonymous_is_refused(interop: Running, path: str) -> None:
    nobody = await interop.client("interop", None)
    refused_once(await nobody.get(f"{BASE}/Patient/{TEAM}/{path}"), 401, "login")


def test_a_number_and_a_time_stay_as_they_were_written() -> None:
    text = '{"value":72.50,"small":1e-2,"at":"2026-11-01T10:00:00.1234567+01:00","b":[1,2.0],"a":"\u00e9"}'
    column = Written()
    held = column.process_result_value(text, postgresql.dialect())
    assert orjson.dumps(held).decode() == text
    assert column.process_bind_param(held, postgresql.dialect()) == text


async def test_a_version_is_never_changed(interop: Running, caseload: Caseload) -> None:
    await tell(interop, caseload, a_record())
    async with owner(interop.databases["interop"].url) as connection:
        for statement in ("update resource_history set version = 9", "delete from resource_history"):
            with pytest.raises(asyncpg.RaiseError, match="never changed"):
                await connection.execute(statement)
