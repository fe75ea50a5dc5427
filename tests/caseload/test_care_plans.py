"""A care plan: a draft until the client agrees, changed on its newest version, never overwritten."""

from datetime import UTC, datetime, timedelta

from uuid6 import uuid7

from services.caseload.events import (
    CarePlanChanged,
    ReablementAgreed,
)
from tests.caseload.story import (
    a_plan,
    take_on,
)
from tests.running import Running


async def test_a_plan_is_not_agreed_after_its_end_or_in_the_future(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id, ends_on="2026-11-08")
    await client.post("/v1/care-plans", plan)
    path = f"/v1/care-plans/{plan['id']}/agree"
    late = await client.nurse.post(path, json={"agreed_how": "in_person", "agreed_on": "2026-11-09"})
    assert (late.status_code, late.json()["code"]) == (422, "plan_ends_before_it_is_agreed")
    ahead = await client.nurse.post(path, json={"agreed_how": "in_person", "agreed_on": "2199-01-01"})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/body/agreed_on")
    backwards = a_plan(client.episode_id, reablement_from="2027-01-16")
    assert (await client.nurse.post("/v1/care-plans", json=backwards)).status_code == 422


async def test_a_plan_is_a_draft_until_the_client_agrees(caseload: Running) -> None:
    client, today = await take_on(caseload), datetime.now(UTC).date()
    starts_on, ends_on = str(today - timedelta(days=14)), str(today + timedelta(days=60))
    plan = a_plan(client.episode_id, reablement_from=starts_on, ends_on=ends_on)
    drafted = await client.post("/v1/care-plans", plan)
    assert (drafted["status"], drafted["client_words"]) == ("draft", plan["client_words"])
    assert await caseload.published("caseload", ReablementAgreed) == []
    agreement = {"agreed_how": "in_person", "agreed_on": "2026-11-09"}
    agreed = await client.post(f"/v1/care-plans/{plan['id']}/agree", agreement)
    assert agreed["status"] == "agreed"
    again = await client.nurse.post(f"/v1/care-plans/{plan['id']}/agree", json=agreement)
    assert (again.status_code, again.json()["code"]) == (409, "care_plan_already_agreed")
    assert (await caseload.published("caseload", ReablementAgreed))[0].data["starts_on"] == starts_on


async def test_a_change_made_on_an_old_version_is_refused_and_nothing_is_overwritten(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-09"})
    path = f"/v1/care-plans/{plan['id']}/lines/{plan['lines'][1]['id']}"
    etag = (await client.nurse.get(f"/v1/care-plans/{plan['id']}")).headers["etag"]
    first = await client.nurse.put(path, json={"words": "Mornings and evenings"}, headers={"If-Match": etag})
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    stale = await client.nurse.put(path, json={"words": "Mornings only"}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["errors"][0]["pointer"]) == (412, "/header/If-Match")
    blind = await client.nurse.put(path, json={"words": "Never"}, auth=None)
    assert blind.status_code == 428
    garbled = await client.nurse.put(path, json={"words": "Never"}, headers={"If-Match": '"x"'})
    assert garbled.status_code == 400
    assert (await client.nurse.get(f"/v1/care-plans/{plan['id']}")).json()["lines"][1][
        "words"
    ] == "Mornings and evenings"
    changed = await caseload.published("caseload", CarePlanChanged)
    assert [(event.data["domain"], event.data["plan_version"]) for event in changed] == [("social_care", 3)]


async def test_an_unknown_line_of_a_plan_is_not_found(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id)
    await client.post("/v1/care-plans", plan)
    path = f"/v1/care-plans/{plan['id']}/lines/{uuid7()}"
    answer = await client.nurse.put(path, json={"words": "x"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 404


async def test_reablement_of_long_ago_is_a_slip(caseload: Running) -> None:
    client = await take_on(caseload)
    refused = await client.nurse.post("/v1/care-plans", json=a_plan(client.episode_id, reablement_from="2013-01-01"))
    assert (refused.status_code, refused.json()["code"]) == (422, "reablement_long_ago")
    assert refused.json()["errors"][0]["pointer"] == "/body/reablement_from"
